using System.Diagnostics;
using Fixity.Bench.Measured;
using Fixity.Testing.Smb;

namespace Fixity.Bench.Tests;

/// <summary>The programs that read shares, as processes against a real smbd.</summary>
public sealed class ShareProgramTests
{
    private const int Files = 40;

    [SmbTheory]
    [InlineData("unsigned")]
    [InlineData("signed")]
    [InlineData("encrypted")]
    public async Task They_count_every_file_and_byte_of_a_share(string protection)
    {
        await using var server = await SmbServer.StartAsync();
        var names = Enumerable.Range(0, Files).Select(file => $@"d{file % 4}\f{file}").ToList();
        foreach (var name in names)
        {
            var path = Path.Combine(server.Data, name.Replace('\\', '/'));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, new byte[1000]);
        }

        var (list, login) = (Path.Combine(server.Folder, "list"), Path.Combine(server.Folder, "login"));
        await File.WriteAllLinesAsync(list, names);
        await File.WriteAllTextAsync(login, $"username = {SmbServer.User}\npassword = {server.Password}\n");
        string[] share = ["--share", "data", "--port", $"{server.Port}", "--login", login, "--protection", protection];

        var read = await RunAsync(["smb-read", list, "--at-once", "8", .. share]);
        var listed = await RunAsync(["smb-list", .. share]);

        Assert.Equal((Files, Files * 1000L), (read.Files, read.Bytes));
        Assert.Equal(Files, listed.Files);
    }

    private static async Task<Figures> RunAsync(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(Figures).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return Figures.Parse(output);
    }
}
