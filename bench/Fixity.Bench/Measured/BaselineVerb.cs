using System.Diagnostics;
using Fixity.Core;
using Fixity.Scanner;
using Fixity.Scanner.Baselines;
using Fixity.Scanner.Scans;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Fixity.Bench.Measured;

/// <summary>The baseline of a target as the scanner streams it, counted and forgotten.</summary>
internal static class BaselineVerb
{
    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        using var host = ScannerParts.Build(arguments.Needed("database"));
        var target = new TargetSettings(
            (int)arguments.Number("target", 1), "bench", "local", "/", ChecksumAlgorithm.Blake3, Workers: null,
            SamplePercent: 0, VerifyWithinDays: 90, BatchSize: 1_000, IdentityEpoch: 0);
        var claim = new SegmentClaim(
            ScanId: 0, Ordinal: 0, FencingToken: 0, Attempt: 1, Batches: 0, PathRange.Everything, IsBaseline: false,
            VerifyAll: false, TraceParent: null, target, ClaimedAt: 0);
        var reader = new BaselineReader(
            host.Services.GetRequiredService<NpgsqlDataSource>(), claim, new VerificationPlan(null, null),
            host.Services.GetRequiredService<DatabaseRetry>(), mayGoOn: () => false);

        var started = Stopwatch.GetTimestamp();
        var files = 0L;
        await foreach (var block in reader.ReadAsync(PathRange.Everything, cancellation))
        {
            files += block.Length;
        }

        return (Figures.Of("baseline", Stopwatch.GetElapsedTime(started)) with { Files = files }).Print();
    }
}
