using Fixity.Testing.Smb;

namespace Fixity.Smb.Tests.Live;

/// <summary>Point 37: the rig leaves nothing behind.</summary>
public sealed class RigTests
{
    [SmbFact]
    public async Task A_server_that_was_stopped_has_left_no_process_and_no_file()
    {
        IReadOnlyList<int> processes;
        string folder;
        await using (var server = await SmbServer.StartAsync())
        {
            await using var share = Shares.Open(server);
            await share.ConnectAsync(CancellationToken.None);
            (processes, folder) = (server.Processes(), server.Folder);
        }

        Assert.True(processes.Count > 1);
        Assert.False(Directory.Exists(folder));
        for (var attempt = 0; processes.Any(IsRunning); attempt++)
        {
            Assert.True(attempt < 100, "a process of the server is left");
            await Task.Delay(50);
        }
    }

    // One that is dead and not yet taken note of has no command line any more.
    private static bool IsRunning(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Contains("smbd", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
