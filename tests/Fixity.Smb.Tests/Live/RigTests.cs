using System.Diagnostics;
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
        Assert.All(processes, process => Assert.Throws<ArgumentException>(() => Process.GetProcessById(process)));
    }
}
