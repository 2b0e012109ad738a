using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Fixity.Core;
using Fixity.Testing.Postgres;
using Fixity.Testing.Storage;
using Npgsql;

namespace Fixity.Query.Tests.Exports;

/// <summary>Real files with the names that lists of checksums get wrong, and the rows that a scan makes of them.</summary>
internal sealed class OddTree : IDisposable
{
    /// <summary>As bytes; each file holds its own name.</summary>
    public static readonly byte[][] Names =
    [
        "plain"u8.ToArray(), " lead"u8.ToArray(), "trail "u8.ToArray(), "new\nline"u8.ToArray(), "end\n"u8.ToArray(),
        "back\\slash"u8.ToArray(), "\\start"u8.ToArray(), "cr\rin"u8.ToArray(), "endcr\r"u8.ToArray(), "-"u8.ToArray(),
        "--help"u8.ToArray(), "*star"u8.ToArray(), "#hash"u8.ToArray(), "%%%%"u8.ToArray(), "50%25"u8.ToArray(),
        "tab\t"u8.ToArray(), "a,b"u8.ToArray(), "\"quote\""u8.ToArray(), "caf\u00e9"u8.ToArray(), "\\xff"u8.ToArray(),
        "sub/\U0001F600/x"u8.ToArray(), "sub-b"u8.ToArray(), [(byte)'b', (byte)'a', (byte)'d', 0xff], "rep\uFFFD"u8.ToArray(),
    ];

    public DirectoryInfo Root { get; } = Directory.CreateTempSubdirectory("fixity-odd-");

    /// <summary>Writes the files. Not with .NET, which cannot name all of them.</summary>
    public async Task FillAsync()
    {
        foreach (var name in Names)
        {
            var quoted = string.Concat(name.Select(one => $"\\{Convert.ToString(one, 8).PadLeft(3, '0')}"));
            // $( ) drops line ends: an x keeps them, and goes again.
            var (exitCode, said) = await RunAsync(
                "sh", "-c", $"n=$(printf '{quoted}x'); n=${{n%x}}; mkdir -p -- \"$(dirname -- \"./$n\")\"; printf '{quoted}' > \"./$n\"");
            Assert.True(exitCode == 0, said);
        }
    }

    /// <summary>The rows of a target that keeps this algorithm.</summary>
    public async Task<int> RecordAsync(TestDatabase database, ChecksumAlgorithm algorithm)
    {
        var target = await database.AddTargetAsync(Root.FullName);
        await database.ExecuteAsync($"update scheduler.targets set checksum_algorithm = {(int)algorithm} where id = {target}");
        foreach (var name in Names)
        {
            await using var command = database.DataSource.CreateCommand("""
                insert into scanner.files (target_id, path, size, mtime_ns, state, first_scan_id, algorithm, checksum)
                values ($1, $2, $3, 1, 1, 1, $4, $5)
                """);
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = target });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = FilePath.FromRaw(name).ToString() });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = name.Length });
            command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = (short)algorithm });
            command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = await HashAsync(algorithm, name) });
            await command.ExecuteNonQueryAsync();
        }

        return target;
    }

    /// <summary>Runs in the tree.</summary>
    public Task<(int ExitCode, string Said)> RunAsync(string program, params string[] arguments) =>
        RunAsync(null, program, arguments);

    /// <summary>Also what lies beside it and begins with its name.</summary>
    public void Dispose()
    {
        // .NET cannot name all that is in it.
        Programs.Run("rm", "-rf", Root.FullName);
        foreach (var beside in Root.Parent!.EnumerateFiles(Root.Name + ".*"))
        {
            beside.Delete();
        }
    }

    private async Task<byte[]> HashAsync(ChecksumAlgorithm algorithm, byte[] content)
    {
        switch (algorithm)
        {
            case ChecksumAlgorithm.Sha256:
                return SHA256.HashData(content);
            case ChecksumAlgorithm.Md5:
#pragma warning disable CA5351 // One of the algorithms that a target may keep.
                return MD5.HashData(content);
#pragma warning restore CA5351
            default:
                var (_, said) = await RunAsync(content, "b3sum", "--no-names");
                return Convert.FromHexString(said.Trim());
        }
    }

    private async Task<(int ExitCode, string Said)> RunAsync(byte[]? input, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Root.FullName,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.Latin1,
            StandardErrorEncoding = Encoding.Latin1,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.BaseStream.WriteAsync(input ?? []);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
