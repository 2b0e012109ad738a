using Fixity.Core;
using Fixity.Scanner.Baselines;
using Fixity.Scanner.Scans;
using Fixity.Scanning;
using Fixity.Testing.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Fixity.Scanner.Tests.Baselines;

public sealed class BatchWriterTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_batch_of_a_scanner_that_lost_its_scan_is_refused_whole()
    {
        await using var scanner = await ScannerProcess.StartAsync(database, isWorking: false);
        var (_, scan) = await NewScanAsync();
        var zombie = await ClaimAsync(scanner, TimeSpan.FromSeconds(1));
        await database.ExecuteAsync(
            $"update scheduler.scan_segments set lease_until = now() - interval '1 second' where scan_id = {scan}");
        Assert.True(await scanner.Services.GetRequiredService<LostScans>().TryResumeAsync(scan, CancellationToken.None));
        var owner = await ClaimAsync(scanner, TimeSpan.FromMinutes(1));
        await using var late = LeaseOf(scanner, zombie);
        await using var live = LeaseOf(scanner, owner);

        await Assert.ThrowsAsync<LeaseLostException>(
            () => WriterOf(scanner, late).CommitAsync(BatchOf("ghost"), CancellationToken.None));
        await WriterOf(scanner, live).CommitAsync(BatchOf("real"), CancellationToken.None);

        Assert.True(owner.ScanId > scan);
        Assert.Equal(["real"], await database.ListAsync(
            $"select path from scanner.files where target_id = {owner.Target.Id}"));
        Assert.False(await scanner.Services.GetRequiredService<ScanQueue>()
            .RenewAsync(zombie, TimeSpan.FromMinutes(1), CancellationToken.None));
        Assert.False(await scanner.Services.GetRequiredService<ScanCloser>()
            .FailAsync(zombie, new ScanFailure("late", "late", true), CancellationToken.None));
        await CloseAsync(owner.ScanId);
    }

    [Fact]
    public async Task A_batch_whose_acknowledgement_was_lost_counts_once()
    {
        await using var scanner = await ScannerProcess.StartAsync(database, isWorking: false);
        var (_, scan) = await NewScanAsync();
        await using var lease = LeaseOf(scanner, await ClaimAsync(scanner, TimeSpan.FromMinutes(1)));
        var batch = BatchOf("once");
        batch.Counters.FilesSeen = 7;

        await WriterOf(scanner, lease).CommitAsync(batch, CancellationToken.None);
        // A writer that knows of no answer yet tries the same batch again, and goes on with the next.
        var again = WriterOf(scanner, lease);
        await again.CommitAsync(batch, CancellationToken.None);
        await again.CommitAsync(BatchOf("twice"), CancellationToken.None);

        Assert.Equal("7 2 2", await database.ScalarAsync<string>($"""
            select concat_ws(' ', s.files_seen, g.batches,
                (select files_present from scanner.target_states t where t.target_id = s.target_id))
            from scheduler.scans s join scheduler.scan_segments g on g.scan_id = s.id where s.id = {scan}
            """));
        await CloseAsync(scan);
    }

    [Fact]
    public async Task Folders_that_could_not_be_listed_make_the_scan_partial_until_they_are_listed_again()
    {
        await using var scanner = await ScannerProcess.StartAsync(database, isWorking: false);
        var (target, scan) = await NewScanAsync();
        await using (var lease = LeaseOf(scanner, await ClaimAsync(scanner, TimeSpan.FromMinutes(1))))
        {
            var writer = WriterOf(scanner, lease);
            for (var time = 0; time < 2; time++)
            {
                var batch = BatchOf($"a{time}");
                var locked = FilePath.FromEscaped("locked/");
                batch.UnknownRanges.Add(new UnknownRange(locked, "denied", "no"));
                batch.Errors.Add(new ScanFault(locked, ScanFaultKinds.DirectoryUnreadable, "no"));
                batch.IsLast = time == 1;
                await writer.CommitAsync(batch, CancellationToken.None);
            }
        }

        await scanner.Services.GetRequiredService<ScanCloser>().TryCloseAsync(scan, CancellationToken.None);
        Assert.Equal("partial 1 degraded 1", await EndAsync(scan));

        var next = await database.AddScanAsync(target);
        await using (var lease = LeaseOf(scanner, await ClaimAsync(scanner, TimeSpan.FromMinutes(1))))
        {
            await WriterOf(scanner, lease).CommitAsync(new ScanBatch { IsLast = true }, CancellationToken.None);
        }

        var closer = scanner.Services.GetRequiredService<ScanCloser>();
        var closed = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => closer.TryCloseAsync(next, CancellationToken.None)));

        Assert.Single(closed, wasClosed => wasClosed);
        Assert.Equal("completed 0 online 0", await EndAsync(next));
    }

    private static ScanBatch BatchOf(string name)
    {
        var path = FilePath.FromEscaped(name);
        var batch = new ScanBatch { Checkpoint = path };
        batch.Appeared.Add(new AppearedFile(
            null, path, new FileMetadata(10, 1), ChecksumAlgorithm.Blake3, new byte[32]));
        return batch;
    }

    private static SegmentLease LeaseOf(ScannerProcess scanner, SegmentClaim claim) => new(
        claim, scanner.Services.GetRequiredService<ScanQueue>(), new ScannerOptions { ControlInterval = TimeSpan.FromSeconds(2) },
        TimeProvider.System, NullLogger.Instance, CancellationToken.None);

    private static BatchWriter WriterOf(ScannerProcess scanner, SegmentLease lease) => new(
        scanner.Services.GetRequiredService<NpgsqlDataSource>(), lease,
        scanner.Services.GetRequiredService<DatabaseRetry>(), scanner.Services.GetRequiredService<ScanMetrics>(),
        new ScannerOptions(), TimeProvider.System);

    private static async Task<SegmentClaim> ClaimAsync(ScannerProcess scanner, TimeSpan lease) =>
        await scanner.Services.GetRequiredService<ScanQueue>().TryClaimAsync(lease, CancellationToken.None)
        ?? throw new InvalidOperationException("There was nothing to claim.");

    private async Task<(int Target, long Scan)> NewScanAsync()
    {
        var target = await database.AddTargetAsync();
        return (target, await database.AddScanAsync(target));
    }

    // So that the next test of this class claims its own.
    private Task CloseAsync(long scan) => database.ExecuteAsync($"""
        update scheduler.scan_segments set status = 'cancelled', lease_until = null where scan_id = {scan};
        update scheduler.scans set status = 'cancelled', ended_at = now() where id = {scan}
        """);

    private Task<string?> EndAsync(long scan) => database.ScalarAsync<string>($"""
        select concat_ws(' ', s.status, s.errors_count, t.state,
            (select count(*) from scanner.unknown_ranges u where u.target_id = s.target_id))
        from scheduler.scans s join scanner.target_states t using (target_id) where s.id = {scan}
        """);
}
