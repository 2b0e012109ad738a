using Fixity.Core;
using Fixity.Scanner.Baselines;
using Fixity.Scanner.Scans;
using Fixity.Scanning;
using Fixity.Testing.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Fixity.Scanner.Tests;

/// <summary>A claimed segment whose batches a test writes by hand, and what production would write and read with.</summary>
internal sealed class SegmentInHand : IAsyncDisposable
{
    private readonly ScannerProcess _scanner;
    private readonly TestDatabase _database;
    private BatchWriter? _writer;

    private SegmentInHand(TestDatabase database, ScannerProcess scanner, SegmentLease lease) =>
        (_database, _scanner, Lease) = (database, scanner, lease);

    public SegmentLease Lease { get; }

    public SegmentClaim Claim => Lease.Claim;

    public NpgsqlDataSource DataSource => _scanner.Services.GetRequiredService<NpgsqlDataSource>();

    public DatabaseRetry Retry => _scanner.Services.GetRequiredService<DatabaseRetry>();

    /// <param name="target">Null: a new one, whose first scan this is.</param>
    /// <param name="tells">As if a first scan had been complete: edits are told.</param>
    public static async Task<SegmentInHand> TakeAsync(TestDatabase database, int? target = null, bool tells = false)
    {
        var scanner = await ScannerProcess.StartAsync(database, isWorking: false);
        var scan = await database.AddScanAsync(target ?? await database.AddTargetAsync());
        var queue = scanner.Services.GetRequiredService<ScanQueue>();
        var claim = await queue.TryClaimAsync(TimeSpan.FromMinutes(10), CancellationToken.None);
        Assert.Equal(scan, claim?.ScanId);
        return new SegmentInHand(database, scanner, new SegmentLease(
            tells ? claim! with { IsBaseline = false } : claim!, queue,
            new ScannerOptions { Lease = TimeSpan.FromMinutes(10), ControlInterval = TimeSpan.FromSeconds(2) },
            TimeProvider.System, NullLogger.Instance, CancellationToken.None));
    }

    public BatchWriter Writer() => new(
        DataSource, Lease, Retry, _scanner.Services.GetRequiredService<ScanMetrics>(), new ScannerOptions(),
        TimeProvider.System);

    public BaselineReader Reader(VerificationPlan? plan = null, int pageRows = 50_000, TimeSpan? patience = null) =>
        new(DataSource, Claim, plan ?? new VerificationPlan(null, null, Claim.ScanId), Retry, () => Lease.MayBeOurs)
        {
            PageRows = pageRows,
            PagePatience = patience ?? TimeSpan.FromSeconds(2),
        };

    /// <summary>Every row of the baseline, copied out of the reader's memory.</summary>
    public static async Task<List<BaselineFile>> ReadAllAsync(BaselineReader reader, PathRange range = default)
    {
        var files = new List<BaselineFile>();
        await foreach (var block in reader.ReadAsync(range, CancellationToken.None))
        {
            files.AddRange(block.ToArray().Select(f => f with
            {
                Path = FilePath.FromEscaped(f.Path.Bytes.ToArray()),
                Checksum = f.Checksum.ToArray(),
                ObservedChecksum = f.ObservedChecksum.ToArray(),
            }));
        }

        return files;
    }

    public async Task<Dictionary<string, BaselineFile>> RowsAsync() =>
        (await ReadAllAsync(Reader())).ToDictionary(f => f.Path.ToString(), StringComparer.Ordinal);

    /// <summary>Writes one batch.</summary>
    public async Task CommitAsync(Action<ScanBatch> fill)
    {
        var batch = new ScanBatch();
        fill(batch);
        await (_writer ??= Writer()).CommitAsync(batch, CancellationToken.None);
    }

    /// <summary>Ends the scan as the last batch and the closing do.</summary>
    public async Task CloseAsync()
    {
        await CommitAsync(batch => batch.IsLast = true);
        Assert.True(await _scanner.Services.GetRequiredService<ScanCloser>().TryCloseAsync(Claim.ScanId, CancellationToken.None));
    }

    /// <summary>Events of the scan: type and path, with details where there are any, in order of path.</summary>
    public Task<List<string>> EventsAsync() => _database.ListAsync($"""
        select concat_ws(' ', type, path, details) from scanner.change_events where scan_id = {Claim.ScanId} order by path, type
        """);

    /// <summary>An expression over the row of one file.</summary>
    public Task<string?> FileAsync(string path, string expression) => _database.ScalarAsync<string>(
        $"select concat_ws(' ', {expression}) from scanner.files where target_id = {Claim.Target.Id} and path = '{path}'");

    /// <summary>Present files and bytes as kept, having checked them against the rows.</summary>
    public async Task<string?> PresentAsync()
    {
        var kept = await _database.ScalarAsync<string>(
            $"select files_present || ' ' || bytes_present from scanner.target_states where target_id = {Claim.Target.Id}");
        Assert.Equal(kept, await _database.ScalarAsync<string>($"""
            select count(*) || ' ' || coalesce(sum(size), 0) from scanner.files
            where target_id = {Claim.Target.Id} and state not in (2, 6)
            """));
        return kept;
    }

    public async ValueTask DisposeAsync()
    {
        // So that the next test of the class claims its own.
        await _database.ExecuteAsync($"""
            update scheduler.scan_segments set status = 'cancelled', lease_until = null
            where scan_id = {Claim.ScanId} and status in ('queued', 'running', 'paused');
            update scheduler.scans set status = 'cancelled', ended_at = now() where id = {Claim.ScanId} and ended_at is null
            """);
        await Lease.DisposeAsync();
        await _scanner.DisposeAsync();
    }

}
