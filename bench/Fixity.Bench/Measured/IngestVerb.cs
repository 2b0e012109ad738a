using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Fixity.Core;
using Fixity.Scanner;
using Fixity.Scanner.Baselines;
using Fixity.Scanner.Scans;
using Fixity.Scanning;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Fixity.Bench.Measured;

/// <summary>The database path alone: batches of new files, made up in path order, through the scanner's own writer.</summary>
internal static class IngestVerb
{
    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        var connectionString = arguments.Needed("database");
        var count = arguments.Number("rows", 1_000_000);
        var batchSize = arguments.Number("batch", 1_000);
        using var host = ScannerParts.Build(connectionString);
        var services = host.Services;
        await using var owner = NpgsqlDataSource.Create(connectionString);
        var rows = new ScanRows(owner);
        var target = await rows.FindOrAddTargetAsync("/bench/ingest", cancellation);
        await rows.QueueAsync(target, "incremental", cancellation);

        var queue = services.GetRequiredService<ScanQueue>();
        var options = services.GetRequiredService<IOptions<ScannerOptions>>().Value;
        var clock = services.GetRequiredService<TimeProvider>();
        var claim = await queue.TryClaimAsync(options.Lease, cancellation)
            ?? throw new InvalidOperationException("The scan that was just queued cannot be claimed.");
        await using var lease = new SegmentLease(claim, queue, options, clock, NullLogger.Instance, cancellation);
        var sink = new BatchWriter(
            services.GetRequiredService<NpgsqlDataSource>(), lease, services.GetRequiredService<DatabaseRetry>(),
            services.GetRequiredService<ScanMetrics>(), options, clock);

        var wal = await rows.ReadWalPositionAsync(cancellation);
        var started = Stopwatch.GetTimestamp();
        // Two batches in turn, one filled while the other is committed: what is measured is not the making of lists, and
        // psql reads rows that were made before.
        var (batch, next) = (new ScanBatch(), new ScanBatch());
        Fill(batch, 0, batchSize, count);
        for (var first = 0L; first < count; first += batchSize)
        {
            var committing = sink.CommitAsync(batch, cancellation);
            Fill(next, Math.Min(first + batchSize, count), batchSize, count);
            await committing;
            (batch, next) = (next, batch);
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        wal = await rows.ReadWalPositionAsync(cancellation) - wal;
        var figures = Figures.Of("ingest", elapsed) with { Files = count, WalBytes = wal };
        await rows.RemoveAsync(claim.ScanId, cancellation);
        return figures.Print();
    }

    private static void Fill(ScanBatch batch, long first, long size, long count)
    {
        var end = Math.Min(count, first + size);
        batch.Appeared.Clear();
        batch.IsLast = end == count;
        for (var i = first; i < end; i++)
        {
            var path = FilePath.FromEscaped(Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $"archive/section-{i / 10_000:d4}/folder-{i / 100:d6}/document-{i:d9}.bin")));
            var checksum = new byte[32];
            // Bytes that do not compress or repeat, as checksums are.
            BinaryPrimitives.WriteUInt64LittleEndian(checksum, (ulong)i * 0x9E3779B97F4A7C15UL);
            BinaryPrimitives.WriteUInt64LittleEndian(checksum.AsSpan(16), (ulong)i * 0xC2B2AE3D27D4EB4FUL);
            batch.Appeared.Add(new AppearedFile(
                null, path,
                new FileMetadata(
                    4_096 + i % 60_000, 1_700_000_000_000_000_000 + i, 1_700_000_000_000_000_000 + i, 1_000 + i,
                    Device: 1, Mode: 420, Uid: 1_000, Gid: 1_000, Links: 1),
                ChecksumAlgorithm.Blake3, checksum));
            batch.Checkpoint = path;
        }

        batch.Counters.FilesSeen = batch.Counters.FilesHashed = end - first;
    }
}
