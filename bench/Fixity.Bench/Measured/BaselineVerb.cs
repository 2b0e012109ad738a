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
        var connectionString = arguments.Needed("database");
        using var host = ScannerParts.Build(connectionString);
        var services = host.Services;
        await using var owner = NpgsqlDataSource.Create(connectionString);
        var rows = new ScanRows(owner);
        var scanId = await rows.QueueAsync((int)arguments.Number("target", 1), "incremental", cancellation);
        var claim = await services.GetRequiredService<ScanQueue>().TryClaimAsync(TimeSpan.FromMinutes(5), cancellation)
            ?? throw new InvalidOperationException("The scan that was just queued cannot be claimed.");
        var reader = new BaselineReader(
            services.GetRequiredService<NpgsqlDataSource>(), claim, new VerificationPlan(null, null, scanId),
            services.GetRequiredService<DatabaseRetry>(), mayGoOn: () => false);

        var started = Stopwatch.GetTimestamp();
        var files = 0L;
        await foreach (var block in reader.ReadAsync(PathRange.Everything, cancellation))
        {
            files += block.Length;
        }

        var figures = Figures.Of("baseline", Stopwatch.GetElapsedTime(started)) with { Files = files };
        await rows.RemoveAsync(scanId, cancellation);
        return figures.Print();
    }
}
