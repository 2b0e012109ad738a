using Fixity.Bench.Running;
using Fixity.Scanner.Baselines;

namespace Fixity.Bench.Jobs;

/// <summary>The database path without files: rows in and rows out, against what psql does with the same rows.</summary>
internal static class DatabaseJobs
{
    private const string Columns =
        "target_id, path, size, mtime_ns, ctime_ns, file_id, mode, uid, gid, algorithm, checksum, state, first_scan_id, verified_at";

    private const string Copy = "psql \\copy";
    private const string Fixity = "Fixity";

    public static JobMaker Ingest(Workbench bench) => async cancellation =>
    {
        var rows = Rows(bench);
        var file = Path.Combine(bench.Folder, "rows.copy");
        var model = await FillAsync(bench, rows, cancellation);
        await Shell.RunAsync(
            $"{bench.Cluster.Psql(model)} -c {Shell.Quote($"\\copy (select {Columns} from scanner.files order by path) to '{file}' binary")}",
            cancellation);
        await bench.Cluster.DropDatabaseAsync(model, cancellation);

        async Task<double> DropAsync(string database, CancellationToken stop)
        {
            await bench.Cluster.DropDatabaseAsync(database, stop);
            return double.NaN;
        }

        return new Job(
            "ingest", "New file rows, in path order, through the scanner's writer in its batches; psql in one transaction.",
            [
                Workbench.Ours(Fixity, $"ingest --rows {rows} --database {Shell.Quote(bench.Cluster.ConnectionStringFor("{0}"))}") with
                {
                    Before = bench.Cluster.CreateDatabaseAsync,
                    After = DropAsync,
                },
                new Participant(
                    Copy,
                    $"{bench.Cluster.Psql("{0}")} -c {Shell.Quote($"\\copy scanner.files ({Columns}) from '{file}' binary")}")
                {
                    Before = bench.Cluster.CreateDatabaseAsync,
                    After = DropAsync,
                },
            ],
            result =>
            [
                new Check(
                    "rows a second, of psql's", result.Ratio(Copy, Fixity, run => run.Figures?.WorkSeconds ?? run.Wall),
                    0.85, AtMost: false),
                new Check(
                    "rows a second", rows / result.Median(Fixity, run => run.Figures!.WorkSeconds), double.NaN, Unit: ""),
                new Check(
                    "WAL a row", result.Median(Fixity, run => (double)run.Figures!.WalBytes / rows), 320, Unit: "B"),
            ])
        {
            WarmUps = 0,
        };
    };

    public static JobMaker Baseline(Workbench bench) => async cancellation =>
    {
        var rows = Rows(bench);
        var database = await FillAsync(bench, rows, cancellation);
        await bench.Cluster.ExecuteAsync(database, "vacuum (analyze)", cancellation);
        // The same columns: what is compared is the streaming. The last is the least of the scanner's questions to each row.
        var query = $"select {BaselineBlock.Columns.ReplaceLineEndings(" ")}, " +
            "case when verified_at is null then 1::smallint else 0::smallint end " +
            "from scanner.files where target_id = 1 order by path";
        return new Job(
            "baseline", "The baseline, streamed in path order.",
            [
                Workbench.Ours(Fixity, $"baseline --target 1 --database {Shell.Quote(bench.Cluster.ConnectionStringFor(database))}"),
                new Participant(
                    Copy,
                    $"{bench.Cluster.Psql(database)} -c {Shell.Quote($"\\copy ({query}) to '/dev/null' binary")}"),
            ],
            result =>
            [
                new Check(
                    "rows a second, of psql's", result.Ratio(Copy, Fixity, run => run.Figures?.WorkSeconds ?? run.Wall),
                    0.9, AtMost: false),
                new Check(
                    "rows a second", rows / result.Median(Fixity, run => run.Figures!.WorkSeconds), double.NaN, Unit: ""),
            ])
        {
            CleanUp = stop => bench.Cluster.DropDatabaseAsync(database, stop),
        };
    };

    private static long Rows(Workbench bench) => bench.IsQuick ? 100_000 : 1_000_000;

    private static async Task<string> FillAsync(Workbench bench, long rows, CancellationToken cancellation)
    {
        var database = await bench.Cluster.CreateDatabaseAsync(cancellation);
        await Shell.RunAsync(
            $"{Workbench.Program} ingest --rows {rows} --database {Shell.Quote(bench.Cluster.ConnectionStringFor(database))}",
            cancellation);
        return database;
    }
}
