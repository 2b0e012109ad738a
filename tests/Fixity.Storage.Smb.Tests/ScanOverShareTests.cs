using System.Text;
using Fixity.Core;
using Fixity.Scanning;
using Fixity.Testing.Smb;
using Fixity.Testing.Storage;

namespace Fixity.Storage.Smb.Tests;

/// <summary>The engine on a share: what becomes of names, refusals, changes and outages in the end.</summary>
public sealed class ScanOverShareTests
{
    private static readonly string[] Names =
    [
        "plain", "with space", "é", "e\u0301", "日本語", "\U0001F600\U0001F680", "Case", "case", "CON", "nul.txt", "%41",
        new string('n', 255), string.Concat(Enumerable.Repeat("漢", 83)), "\uFF5E", "..dots", "dot.", "space ", "...",
        string.Join('/', Enumerable.Range(0, 40).Select(level => $"{level:D2}-{new string('d', 33)}")) + "/deep",
    ];

    [Trait("SmbPoint", "13")]
    [SmbFact]
    public async Task Every_name_is_recorded_byte_for_byte_with_the_checksum_of_its_file()
    {
        await using var server = await SmbServer.StartAsync(["mangled names = no"]);
        foreach (var name in Names)
        {
            await Backends.PutAsync(server, name, Encoding.UTF8.GetBytes(name));
        }

        using var scan = new ShareScan(server);
        await scan.FirstAsync();

        Assert.Equal(Names.Select(PathOf).Order(), scan.Baseline.Rows.Keys);
        Assert.All(Names, name => Assert.Equal(
            ShareScan.Checksum(Encoding.UTF8.GetBytes(name)), scan.Baseline.Rows[PathOf(name)].Checksum.ToArray()));
    }

    [Trait("SmbPoint", "15")]
    [SmbFact]
    public async Task What_cannot_be_read_any_more_is_recorded_and_keeps_what_was_known_of_it()
    {
        await using var server = await SmbServer.StartAsync();
        foreach (var name in (string[])["closed/a", "closed/b", "open", "secret", "z"])
        {
            await Backends.PutAsync(server, name, Encoding.UTF8.GetBytes(name));
        }

        using var scan = new ShareScan(server);
        Assert.False((await scan.FirstAsync()).HadFaults);
        SmbServer.TakeRights(Path.Combine(server.Data, "closed"));
        SmbServer.TakeRights(Path.Combine(server.Data, "secret"));

        var result = await scan.AgainAsync(verifyAll: true);

        Assert.Equal((SegmentOutcome.Completed, true), (result.Outcome, result.HadFaults));
        Assert.DoesNotContain(scan.Baseline.Events, word => word.StartsWith("deleted", StringComparison.Ordinal));
        Assert.Equal(FileState.Unreadable, scan.Baseline["secret"].State);
        Assert.Equal(ShareScan.Checksum("secret"u8.ToArray()), scan.Baseline["secret"].Checksum.ToArray());
        Assert.Equal(ShareScan.Checksum("closed/b"u8.ToArray()), scan.Baseline["closed/b"].Checksum.ToArray());
        Assert.Equal(FileState.Present, scan.Baseline["z"].State);
    }

    [Trait("SmbPoint", "17")]
    [SmbFact]
    public async Task A_fifo_hangs_nobody_and_an_empty_file_has_the_checksum_of_nothing()
    {
        await using var server = await SmbServer.StartAsync();
        await Backends.PutAsync(server, "a", [1]);
        await Backends.PutAsync(server, "empty", []);
        await Backends.PutAsync(server, "z", [2]);
        Programs.Run("mkfifo", Path.Combine(server.Data, "fifo"));
        using var scan = new ShareScan(server);

        var result = await scan.FirstAsync().WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(SegmentOutcome.Completed, result.Outcome);
        Assert.Equal(ShareScan.Checksum([]), scan.Baseline["empty"].Checksum.ToArray());
        Assert.Equal(ShareScan.Checksum([2]), scan.Baseline["z"].Checksum.ToArray());
    }

    [Trait("SmbPoint", "18")]
    [SmbFact]
    public async Task A_second_scan_of_an_unchanged_share_finds_nothing_and_reads_no_byte()
    {
        await using var server = await SmbServer.StartAsync();
        foreach (var year in (int[])[1965, 1975, 2026, 2106])
        {
            await Backends.PutAsync(server, $"{year}", [1, 2, 3]);
            File.SetLastWriteTimeUtc(
                Path.Combine(server.Data, $"{year}"), new DateTime(year, 5, 6, 7, 8, 9, DateTimeKind.Utc).AddTicks(1_234_567));
        }

        using var scan = new ShareScan(server);
        await scan.FirstAsync();
        Assert.Equal(12, scan.Count(counters => counters.BytesHashed));

        await scan.AgainAsync();

        Assert.Empty(scan.Baseline.Events);
        Assert.Equal(0, scan.Count(counters => counters.BytesHashed));
    }

    [Trait("SmbPoint", "24")]
    [SmbFact]
    public async Task A_server_that_dies_fails_the_scan_keeps_what_was_done_and_deletes_nothing()
    {
        await using var server = await SmbServer.StartAsync();
        for (var file = 0; file < 200; file++)
        {
            await Backends.PutAsync(server, $"d{file / 20:D2}/f{file:D3}", [(byte)file]);
        }

        using var scan = new ShareScan(server);
        await scan.FirstAsync();
        for (var file = 0; file < 200; file++)
        {
            await Backends.PutAsync(server, $"d{file / 20:D2}/n{file:D3}", [(byte)file]);
        }

        scan.Baseline.Committing = _ => scan.Baseline.Batches.Count == 1 ? server.CrashAsync() : Task.CompletedTask;

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => scan.AgainAsync());

        Assert.True(failure is StorageException { Fault: StorageFault.Connection } or StorageIdentityChangedException, failure.ToString());
        Assert.NotEmpty(scan.Baseline.Events);
        Assert.All(scan.Baseline.Events, word => Assert.StartsWith("added ", word, StringComparison.Ordinal));
        Assert.InRange(scan.Baseline.Rows.Count, 201, 399);
        Assert.All(scan.Baseline.Rows.Values, row => Assert.Equal(FileState.Present, row.State));
    }

    [Trait("SmbPoint", "29")]
    [SmbTheory]
    [InlineData("truncated")]
    [InlineData("grown")]
    [InlineData("replaced")]
    public async Task A_file_that_changes_under_the_reading_is_read_again_and_no_mixture_is_recorded(string how)
    {
        await using var server = await SmbServer.StartAsync();
        await Backends.PutAsync(server, "file", new byte[20_000_000]);
        var local = Path.Combine(server.Data, "file");
        var after = Enumerable.Repeat((byte)7, how switch { "truncated" => 10, "grown" => 25_000_000, _ => 20_000_000 }).ToArray();
        await using var proxy = new TcpProxy(server.Port);
        var isChanged = 0;
        proxy.ToClient = (_, before) =>
        {
            if (before > 5_000_000 && Interlocked.Exchange(ref isChanged, 1) == 0)
            {
                File.WriteAllBytes(how == "replaced" ? local + ".new" : local, after);
                if (how == "replaced")
                {
                    File.Move(local + ".new", local, overwrite: true);
                }
            }
        };
        using var scan = new ShareScan(server) { Port = proxy.Port };

        await scan.FirstAsync();

        Assert.Equal(1, isChanged);
        Assert.Equal(ShareScan.Checksum(after), scan.Baseline["file"].Checksum.ToArray());
    }

    private static FilePath PathOf(string name) => FilePath.FromRaw(Encoding.UTF8.GetBytes(name));
}
