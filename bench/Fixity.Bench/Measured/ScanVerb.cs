using System.Diagnostics;
using Fixity.Core;
using Npgsql;

namespace Fixity.Bench.Measured;

/// <summary>One scan by the scanner service's own workers, in this process, from the queue to the final status.</summary>
/// <remarks>With <c>--scan</c> it helps with a scan that is queued already: several processes may share one.</remarks>
internal static class ScanVerb
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(10);

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        var connectionString = arguments.Needed("database");
        await using var database = NpgsqlDataSource.Create(connectionString);
        var rows = new ScanRows(database);
        var scanId = arguments.Number("scan", 0);
        if (scanId == 0)
        {
            var target = await rows.FindOrAddTargetAsync(
                Path.GetFullPath(arguments.Word(0, "the folder")), cancellation, Algorithm(arguments));
            scanId = await rows.QueueAsync(target, arguments.Text("mode") ?? "incremental", cancellation);
        }

        var wal = await rows.ReadWalPositionAsync(cancellation);
        var started = Stopwatch.GetTimestamp();
        using var host = ScannerParts.Build(connectionString);
        await host.StartAsync(cancellation);
        string? status;
        while ((status = await rows.FindEndAsync(scanId, cancellation)) is null)
        {
            await Task.Delay(LookAgain, cancellation);
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        wal = await rows.ReadWalPositionAsync(cancellation) - wal;
        await host.StopAsync(cancellation);
        var (files, bytes) = await rows.ReadCountsAsync(scanId, cancellation);
        (Figures.Of("scan", elapsed) with { Files = files, Bytes = bytes, WalBytes = wal, Status = status }).Print();
        return status == "completed" ? 0 : 1;
    }

    private static ChecksumAlgorithm Algorithm(Arguments arguments) =>
        ChecksumAlgorithms.TryParse(arguments.Text("algorithm") ?? "blake3", out var algorithm)
            ? algorithm
            : throw new ArgumentException($"--algorithm: {arguments.Text("algorithm")} is not blake3, sha256 or md5.");
}
