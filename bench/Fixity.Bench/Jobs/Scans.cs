using System.Globalization;
using Fixity.Bench.Running;

namespace Fixity.Bench.Jobs;

/// <summary>Scans as programs of a job: on a fresh database each, or all on one that holds the baseline.</summary>
internal static class Scans
{
    private const double MostPeakMiB = 96;

    public static Participant First(this Workbench bench, string name, string tree) =>
        bench.Scan(name, tree, "{0}", "incremental") with
        {
            Before = bench.Cluster.CreateDatabaseAsync,
            After = async (database, cancellation) =>
            {
                await bench.Cluster.DropDatabaseAsync(database, cancellation);
                return double.NaN;
            },
        };

    /// <summary>A scan of a tree whose baseline is there. The extra figure is the number of file rows that it wrote.</summary>
    public static Participant Again(
        this Workbench bench, string name, string tree, string database, string mode = "incremental",
        Action? change = null)
    {
        var rowsBefore = 0L;
        return bench.Scan(name, tree, database, mode) with
        {
            Before = async cancellation =>
            {
                change?.Invoke();
                rowsBefore = await bench.Cluster.ReadRowsWrittenAsync(database, cancellation);
                return "";
            },
            After = async (_, cancellation) =>
                await bench.Cluster.ReadRowsWrittenAsync(database, cancellation) - rowsBefore,
        };
    }

    /// <summary>Takes the baseline, and brings the database to rest: no vacuum of its own comes into what is measured.</summary>
    public static async Task<string> BaselineAsync(
        this Workbench bench, string tree, CancellationToken cancellation, string algorithm = "blake3")
    {
        var database = await bench.Cluster.CreateDatabaseAsync(cancellation);
        JobRunner.Say($"baseline of {tree}");
        await Shell.RunAsync(
            $"{bench.Scan("", tree, database, "incremental").Command} --algorithm {algorithm}", cancellation);
        await bench.Cluster.ExecuteAsync(database, "vacuum (analyze)", cancellation);
        await bench.Cluster.ExecuteAsync(database, "checkpoint", cancellation);
        return database;
    }

    public static IEnumerable<Check> Peak(JobResult result, string participant)
    {
        yield return new Check(
            $"{participant}, peak resident", result.Median(participant, run => run.Figures!.PeakBytes / 1048576.0),
            MostPeakMiB, Unit: "MiB");
        yield return new Check(
            $"{participant}, gen-2 collections", result.Median(participant, run => run.Figures!.Gen2), 0, Unit: "");
    }

    private static Participant Scan(this Workbench bench, string name, string tree, string database, string mode) =>
        Workbench.Ours(
            name,
            string.Create(
                CultureInfo.InvariantCulture,
                $"scan {Shell.Quote(tree)} --mode {mode} --database {Shell.Quote(bench.Cluster.ConnectionStringFor(database))}"));
}
