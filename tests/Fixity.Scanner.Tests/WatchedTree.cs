using System.Diagnostics;
using System.Globalization;
using System.Text;
using Fixity.Bitrot;
using Fixity.Core;
using Fixity.Hashing;
using Fixity.Storage.Local;
using Fixity.Testing.Postgres;

namespace Fixity.Scanner.Tests;

/// <summary>A real folder, the target that watches it, and short ways to scan it and to read what came of it.</summary>
public sealed class WatchedTree(TestDatabase database) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("fixity-scanner-");

    public string Root => Path.Combine(_parent.FullName, "root");

    /// <summary>Beside the root, for what is moved away for a while.</summary>
    public string Aside => Path.Combine(_parent.FullName, "aside");

    public int TargetId { get; private set; }

    public static async Task<WatchedTree> CreateAsync(TestDatabase database, int files, int bytes = 64)
    {
        var tree = new WatchedTree(database);
        Directory.CreateDirectory(tree.Root);
        var random = new Random(20_26);
        for (var i = 0; i < files; i++)
        {
            var content = new byte[bytes];
            random.NextBytes(content);
            tree.Write(NameOf(i), content);
        }

        tree.TargetId = await database.AddTargetAsync(tree.Root);
        // The thresholds of small trees are always crossed; a test that wants them says so.
        await tree.SetTargetAsync("large_change_percent = null, sample_percent = 0");
        return tree;
    }

    /// <summary>Files spread over folders, in path order of their numbers.</summary>
    public static string NameOf(int i) => string.Create(CultureInfo.InvariantCulture, $"d{i / 50:d3}/f{i:d6}.bin");

    public static string Blake3Of(byte[] content)
    {
        using var checksum = IncrementalChecksum.Create(ChecksumAlgorithm.Blake3);
        checksum.Append(content);
        var sum = new byte[32];
        checksum.Finish(sum);
        return Convert.ToHexStringLower(sum);
    }

    public string PathOf(string name) => Path.Combine(Root, name);

    public void Write(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllBytes(PathOf(name), content);
    }

    public void Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    public void FlipHidden(string name) => new Damage(new Random(7), restoreTimes: true).Flip(PathOf(name));

    /// <summary>Lets a bit decay on the medium. Writing one moves the ctime, so the baseline is told that it was there before.</summary>
    public Task RotAsync(string name)
    {
        FlipHidden(name);
        return ForgetTimesAsync(name);
    }

    /// <summary>Tells the baseline that the times of a file were always those that it has now.</summary>
    public async Task ForgetTimesAsync(string name)
    {
        await using var storage = LocalStorage.Open(Root);
        var now = (await storage.StatAsync(FilePath.FromEscaped(name), CancellationToken.None))!.Value.Metadata;
        await database.ExecuteAsync($"""
            update scanner.files set ctime_ns = {now.CtimeNs}, mtime_ns = {now.MtimeNs}
            where target_id = {TargetId} and path = '{name}'
            """);
    }

    public void MakeFifo(string name)
    {
        using var make = Process.Start("mkfifo", [PathOf(name)]);
        make.WaitForExit();
        Assert.Equal(0, make.ExitCode);
    }

    public Task SetTargetAsync(string assignments) => database.ExecuteAsync(
        $"update scheduler.targets set {assignments} where id = {TargetId}");

    public Task<long> QueueAsync(string mode = "incremental") => QueueAndNotifyAsync(mode);

    /// <summary>Queues a scan and waits for its end.</summary>
    public async Task<long> ScanAsync(string mode = "incremental", string expected = "completed")
    {
        var scanId = await QueueAsync(mode);
        await EndOfAsync(scanId, expected);
        return scanId;
    }

    /// <summary>Waits for the end of a scan, or of the last of those that go on for it.</summary>
    /// <returns>That last one.</returns>
    public async Task<long> EndOfAsync(long scanId, string expected = "completed")
    {
        // More than for a step: a run that is disturbed again and again takes its time on a busy machine.
        await UntilAsync($"select ended_at is not null from scheduler.scans where id = ({LastOf(scanId)})", 3 * Patience);
        var last = await database.ScalarAsync<long>(LastOf(scanId));
        var status = await database.ScalarAsync<string>(
            $"select status || coalesce(': ' || reason || ' ' || coalesce(message, ''), '') from scheduler.scans where id = {last}");
        Assert.StartsWith(expected, status, StringComparison.Ordinal);
        return last;
    }

    /// <summary>Waits until a condition of the database holds.</summary>
    public async Task UntilAsync(string condition, TimeSpan? patience = null)
    {
        var since = Stopwatch.GetTimestamp();
        while (!await database.ScalarAsync<bool>(condition))
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < (patience ?? Patience), $"it never came true: {condition}");
            await Task.Delay(25);
        }
    }

    /// <summary>Events of one scan, and of those that it goes on from, as words in path order.</summary>
    public Task<List<string>> EventsAsync(long scanId) => database.ListAsync(
        "select type || ' ' || coalesce(previous_path || ' -> ', '') || path from scanner.change_events "
        + $"where scan_id = any (scheduler.chain_of({scanId})) order by path, type");

    /// <summary>Events about the target and its scans as a whole, oldest first.</summary>
    public Task<List<string>> TargetEventsAsync() => database.ListAsync(
        $"select type from scanner.target_events where target_id = {TargetId} order by id");

    /// <summary>Every row with its place and version in the table: a write of any row shows.</summary>
    public Task<List<string>> RowVersionsAsync() => database.ListAsync(
        $"select path || ' ' || xmin || ' ' || ctid || ' ' || state from scanner.files where target_id = {TargetId} order by path");

    public async Task AssertCountsAgreeAsync() => Assert.True(await database.ScalarAsync<bool>($"""
        select (t.files_present, t.bytes_present) = (
            select count(*), coalesce(sum(size), 0)::bigint from scanner.files f
            where f.target_id = t.target_id and f.state not in (2, 6))
        from scanner.target_states t where t.target_id = {TargetId}
        """), "files_present and bytes_present differ from the rows");

    public void Dispose() => _parent.Delete(recursive: true);

    private static string LastOf(long scanId) =>
        $"select max(id) from scheduler.scans where {scanId} = any (scheduler.chain_of(id))";

    private async Task<long> QueueAndNotifyAsync(string mode)
    {
        var scanId = await database.AddScanAsync(TargetId, mode);
        await database.ExecuteAsync($"notify fixity_scan_queued, '{scanId}'");
        return scanId;
    }
}
