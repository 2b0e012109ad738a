using Fixity.Core;
using Fixity.Scanner.Baselines;
using Fixity.Scanner.Scans;
using Fixity.Scanning;
using Fixity.Storage;
using Fixity.Testing.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Fixity.Scanner.Tests.Scans;

/// <summary>Scans of several segments that end early, by any of their owners, in any order.</summary>
public sealed class BrokenOffTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly StorageException Stalled = new(StorageFault.Timeout, default, "32 reads gave not a byte");

    private static readonly StorageIdentityChangedException Lost = new("this", "that");

    [Fact]
    [Trait("Scenario", "A7")]
    public async Task Reads_that_stall_end_the_scan_partial_and_degrade_the_target_which_is_told_once()
    {
        var target = await database.AddTargetAsync();
        for (var time = 0; time < 10; time++)
        {
            var scan = await database.AddScanAsync(target);
            await FailAsync(scan, Stalled);
            Assert.Equal("partial stalled_reads", await StatusAsync(scan));
        }

        Assert.Equal("degraded stalled_reads", await StateAsync(target));
        Assert.Equal(["scan.partial"], await EventsAsync(target));

        await CompleteAsync(await database.AddScanAsync(target));
        Assert.Equal("online ", await StateAsync(target));
        await FailAsync(await database.AddScanAsync(target), Stalled);
        Assert.Equal(["scan.partial", "scan.completed", "scan.partial"], await EventsAsync(target));
    }

    [Fact]
    [Trait("Scenario", "A1")]
    public async Task A_storage_lost_before_anything_was_seen_fails_the_scan_and_one_lost_later_leaves_it_partial()
    {
        var target = await database.AddTargetAsync();
        var first = await database.AddScanAsync(target);
        await FailAsync(first, Lost);
        Assert.Equal("failed storage_identity_missing", await StatusAsync(first));
        Assert.Equal(["scan.failed", "target.offline"], await EventsAsync(target));

        await CompleteAsync(await database.AddScanAsync(target));
        for (var time = 0; time < 10; time++)
        {
            var scan = await database.AddScanAsync(target);
            await FailAsync(scan, Lost, afterBatches: 1);
            Assert.Equal("partial storage_identity_missing", await StatusAsync(scan));
        }

        Assert.Equal("offline storage_identity_missing", await StateAsync(target));
        Assert.Equal(
            ["scan.failed", "target.offline", "scan.completed", "scan.partial", "target.offline"],
            await EventsAsync(target));
    }

    [Fact]
    public async Task What_a_storage_lost_in_the_middle_did_not_prove_is_decided_by_no_one()
    {
        var target = await database.AddTargetAsync();
        await CompleteAsync(await database.AddScanAsync(target), BatchOf("gone", "stays"));
        var id = await database.ScalarAsync<long>(
            $"select id from scanner.files where target_id = {target} and path = 'gone'");
        var scan = await database.AddScanAsync(target);
        await using (var scanner = await ScannerProcess.StartAsync(database, isWorking: false))
        {
            await using var lease = LeaseOf(scanner, await ClaimAsync(scanner));
            var batch = BatchOf("new");
            batch.Disappeared.Add(new DisappearedFile(id, FilePath.FromEscaped("gone"), new FileMetadata(10, 1), null, default));
            await WriterOf(scanner, lease).CommitAsync(batch, CancellationToken.None);
            await scanner.Services.GetRequiredService<ScanCloser>()
                .FailAsync(lease.Claim, ScanFailure.Of(Lost), CancellationToken.None);
        }

        Assert.Equal("partial storage_identity_missing", await StatusAsync(scan));
        Assert.Empty(await database.ListAsync(
            $"select type || ' ' || path from scanner.change_events where scan_id = {scan}"));
        Assert.Equal(["gone 1", "new 1", "stays 1"], await database.ListAsync(
            $"select path || ' ' || state from scanner.files where target_id = {target} order by path"));
        var next = await database.AddScanAsync(target);
        await CompleteAsync(next);
        Assert.Equal(["added new"], await database.ListAsync(
            $"select type || ' ' || path from scanner.change_events where scan_id = {next}"));
        Assert.Equal(["0", "1"], await database.ListAsync(
            $"select files_added::text from scheduler.scans where id in ({scan}, {next}) order by id"));
    }

    [Fact]
    public async Task A_first_scan_that_broke_off_leaves_the_next_one_the_first_and_one_with_unknown_files_does_not()
    {
        var target = await database.AddTargetAsync();
        var scans = new List<long> { await database.AddScanAsync(target) };
        await FailAsync(scans[0], Lost, afterBatches: 1);
        scans.Add(await database.AddScanAsync(target));
        await FailAsync(scans[1], Stalled, afterBatches: 1);
        scans.Add(await database.AddScanAsync(target));
        await database.ExecuteAsync($"""
            insert into scanner.scan_errors (scan_id, path, kind, message)
            values ({scans[2]}, 'closed', 'directory_unreadable', 'permission denied')
            """);
        await CompleteAsync(scans[2], BatchOf("old"));
        Assert.Equal("partial unknown_files", await StatusAsync(scans[2]));
        scans.Add(await database.AddScanAsync(target));
        await CompleteAsync(scans[3], BatchOf("new"));

        Assert.Equal(["true", "true", "true", "false"], await database.ListAsync(
            $"select is_baseline::text from scheduler.scans where target_id = {target} order by id"));
        Assert.Equal(["added new"], await database.ListAsync(
            $"select type || ' ' || path from scanner.change_events where target_id = {target}"));
    }

    [Fact]
    public async Task One_segment_that_fails_ends_the_others_whose_owners_may_write_no_more()
    {
        var scan = await AddScanOfTwoSegmentsAsync();
        await using var one = await ScannerProcess.StartAsync(database, isWorking: false);
        await using var other = await ScannerProcess.StartAsync(database, isWorking: false);
        await using var failing = LeaseOf(one, await ClaimAsync(one));
        await using var late = LeaseOf(other, await ClaimAsync(other));
        await WriterOf(other, late).CommitAsync(BatchOf("before"), CancellationToken.None);

        Assert.True(await one.Services.GetRequiredService<ScanCloser>().FailAsync(
            failing.Claim, ScanFailure.Of(new InvalidOperationException("broken")), CancellationToken.None));

        await Assert.ThrowsAsync<LeaseLostException>(
            () => WriterOf(other, late).CommitAsync(BatchOf("after"), CancellationToken.None));
        Assert.Equal("failed internal_error", await StatusAsync(scan));
        Assert.Equal(["failed", "failed"], await database.ListAsync(
            $"select status from scheduler.scan_segments where scan_id = {scan}"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task The_scan_is_closed_once_by_whichever_segment_ends_last(int endsFirst)
    {
        var scan = await AddScanOfTwoSegmentsAsync();
        await using var one = await ScannerProcess.StartAsync(database, isWorking: false);
        await using var other = await ScannerProcess.StartAsync(database, isWorking: false);
        await using var first = LeaseOf(one, await ClaimAsync(one));
        await using var second = LeaseOf(other, await ClaimAsync(other));
        var inOrder = endsFirst == 0
            ? new[] { (one, first, "a"), (other, second, "z") }
            : [(other, second, "z"), (one, first, "a")];

        var closed = new List<bool>();
        foreach (var (scanner, lease, name) in inOrder)
        {
            var batch = BatchOf(name);
            batch.IsLast = true;
            await WriterOf(scanner, lease).CommitAsync(batch, CancellationToken.None);
            closed.Add(await scanner.Services.GetRequiredService<ScanCloser>()
                .TryCloseAsync(scan, CancellationToken.None));
        }

        Assert.Equal([false, true], closed);
        Assert.Equal("completed ", await StatusAsync(scan));
    }

    [Fact]
    public async Task A_scanner_takes_one_segment_of_a_scan_at_a_time_and_leaves_the_others_to_others()
    {
        var scan = await AddScanOfTwoSegmentsAsync();
        await using var one = await ScannerProcess.StartAsync(database, isWorking: false);
        await using var other = await ScannerProcess.StartAsync(database, isWorking: false);

        Assert.Equal(0, (await ClaimAsync(one)).Ordinal);
        Assert.Null(await one.Services.GetRequiredService<ScanQueue>()
            .TryClaimAsync(TimeSpan.FromMinutes(1), CancellationToken.None));
        Assert.Equal(1, (await ClaimAsync(other)).Ordinal);
        await database.ExecuteAsync($"""
            update scheduler.scan_segments set status = 'cancelled', lease_until = null where scan_id = {scan};
            update scheduler.scans set status = 'cancelled', ended_at = now() where id = {scan}
            """);
    }

    [Fact]
    public async Task A_scan_of_several_segments_is_paused_when_all_are_and_goes_on_with_all()
    {
        using var tree = await WatchedTree.CreateAsync(database, 100);
        foreach (var name in new[] { "d000/zz-huge", "d001/zz-huge" })
        {
            TakeoverTests.MakeHuge(tree.PathOf(name));
        }

        await using var one = await ScannerProcess.StartAsync(database);
        await using var other = await ScannerProcess.StartAsync(database);
        var scan = await AddScanOfTwoSegmentsAsync(tree.TargetId, "d001");
        await tree.UntilAsync($"select files_hashed = 100 from scheduler.scans where id = {scan}");

        await database.ExecuteAsync($"update scheduler.scans set control = 'pause' where id = {scan}");
        await tree.UntilAsync($"""
            select s.status = 'paused' and (
                select count(*) = 2 from scheduler.scan_segments g where g.scan_id = s.id and g.status = 'paused')
            from scheduler.scans s where s.id = {scan}
            """);
        File.Delete(tree.PathOf("d000/zz-huge"));
        File.Delete(tree.PathOf("d001/zz-huge"));
        await database.ExecuteAsync($"update scheduler.scans set control = null where id = {scan}; notify fixity_scan_queued");
        await tree.EndOfAsync(scan);

        Assert.Equal("100", await database.ScalarAsync<string>(
            $"select files_hashed::text from scheduler.scans where id = {scan}"));
    }

    private static ScanBatch BatchOf(params string[] names)
    {
        var batch = new ScanBatch { Checkpoint = FilePath.FromEscaped(names[^1]) };
        foreach (var name in names)
        {
            batch.Appeared.Add(new AppearedFile(
                null, FilePath.FromEscaped(name), new FileMetadata(10, 1), ChecksumAlgorithm.Blake3,
                System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name))));
        }

        return batch;
    }

    private static SegmentLease LeaseOf(ScannerProcess scanner, SegmentClaim claim) => new(
        claim, scanner.Services.GetRequiredService<ScanQueue>(),
        new ScannerOptions { ControlInterval = TimeSpan.FromSeconds(2) }, TimeProvider.System, NullLogger.Instance,
        CancellationToken.None);

    private static BatchWriter WriterOf(ScannerProcess scanner, SegmentLease lease) => new(
        scanner.Services.GetRequiredService<NpgsqlDataSource>(), lease,
        scanner.Services.GetRequiredService<DatabaseRetry>(), scanner.Services.GetRequiredService<ScanMetrics>(),
        new ScannerOptions(), TimeProvider.System);

    private static async Task<SegmentClaim> ClaimAsync(ScannerProcess scanner) =>
        await scanner.Services.GetRequiredService<ScanQueue>()
            .TryClaimAsync(TimeSpan.FromMinutes(1), CancellationToken.None)
        ?? throw new InvalidOperationException("There was nothing to claim.");

    private async Task<long> AddScanOfTwoSegmentsAsync(int? target = null, string boundary = "m") =>
        await database.ScalarAsync<long>($"""
            with scan as (
                insert into scheduler.scans (target_id, trigger) values ({target ?? await database.AddTargetAsync()}, 'manual')
                returning id
            ), segments as (
                insert into scheduler.scan_segments (scan_id, ordinal, range_from, range_to)
                select id, ordinal, range_from, range_to
                from scan, (values (0, '', '{boundary}'), (1, '{boundary}', null)) as s (ordinal, range_from, range_to)
            )
            select id from scan
            """);

    private async Task FailAsync(long scan, Exception failure, int afterBatches = 0)
    {
        await using var scanner = await ScannerProcess.StartAsync(database, isWorking: false);
        await using var lease = LeaseOf(scanner, await ClaimAsync(scanner));
        Assert.Equal(scan, lease.Claim.ScanId);
        for (var i = 0; i < afterBatches; i++)
        {
            await WriterOf(scanner, lease).CommitAsync(new ScanBatch(), CancellationToken.None);
        }

        await scanner.Services.GetRequiredService<ScanCloser>()
            .FailAsync(lease.Claim, ScanFailure.Of(failure), CancellationToken.None);
    }

    private async Task CompleteAsync(long scan, ScanBatch? batch = null)
    {
        await using var scanner = await ScannerProcess.StartAsync(database, isWorking: false);
        await using var lease = LeaseOf(scanner, await ClaimAsync(scanner));
        batch ??= new ScanBatch();
        batch.IsLast = true;
        await WriterOf(scanner, lease).CommitAsync(batch, CancellationToken.None);
        await scanner.Services.GetRequiredService<ScanCloser>().TryCloseAsync(scan, CancellationToken.None);
    }

    private Task<string?> StatusAsync(long scan) => database.ScalarAsync<string>(
        $"select status || ' ' || coalesce(reason, '') from scheduler.scans where id = {scan}");

    private Task<string?> StateAsync(int target) => database.ScalarAsync<string>(
        $"select state || ' ' || coalesce(state_reason, '') from scanner.target_states where target_id = {target}");

    private Task<List<string>> EventsAsync(int target) => database.ListAsync(
        $"select type from scanner.target_events where target_id = {target} order by id");
}
