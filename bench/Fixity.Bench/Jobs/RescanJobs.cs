using System.Globalization;
using Fixity.Bench.Running;
using Fixity.Bench.Trees;

namespace Fixity.Bench.Jobs;

/// <summary>Scans of many small files that hardly read any: what a nightly scan is.</summary>
internal static class RescanJobs
{
    private const string Unchanged_ = "Fixity, unchanged";
    private const string Churned_ = "Fixity, 1 % rewritten";

    public static JobMaker Unchanged(Workbench bench) => async cancellation =>
    {
        var tree = bench.Tree(bench.SmallShape);
        var aide = new Aide(tree, hashes: false);
        var database = await bench.BaselineAsync(tree, cancellation);
        return new Job(
            "rescan", "The small tree against its baseline, nothing changed: metadata only.",
            [
                bench.Again(Unchanged_, tree, database),
                new Participant("find", $"find {Shell.Quote(tree)} -printf '%p %s %T@\\n' > /dev/null"),
                new Participant("aide --check", aide.Check) { Rounds = 1 },
            ],
            result =>
            [
                Check.Wall(result, Unchanged_, "find", 1.6),
                Check.Wall(result, Unchanged_, "aide --check", 0.05),
                new Check("file rows written", result.Median(Unchanged_, run => run.Extra), 0, Unit: "rows"),
                new Check(
                    "WAL", result.Median(Unchanged_, run => run.Figures!.WalBytes / 1048576.0), 1, Unit: "MiB"),
                .. Scans.Peak(result, Unchanged_),
            ])
        {
            Prepare = aide.PrepareCheckAsync,
            CleanUp = stop => bench.Cluster.DropDatabaseAsync(database, stop),
        };
    };

    public static JobMaker Churned(Workbench bench) => async cancellation =>
    {
        var tree = bench.Tree(bench.SmallShape);
        var database = await bench.BaselineAsync(tree, cancellation);
        var seed = 0;
        return new Job(
            "churn", "The small tree against its baseline, unchanged and with every hundredth file rewritten.",
            [
                bench.Again(Unchanged_, tree, database),
                bench.Again(Churned_, tree, database, change: () => Churn.Rewrite(tree, 100, ++seed)),
            ],
            result =>
            [
                Check.Wall(result, Churned_, Unchanged_, 1.3),
                new Check("file rows written", result.Median(Churned_, run => run.Extra), double.NaN, Unit: "rows"),
                .. Scans.Peak(result, Churned_),
            ])
        {
            CleanUp = stop => bench.Cluster.DropDatabaseAsync(database, stop),
        };
    };

    public static JobMaker Peak(Workbench bench) => _ =>
    {
        var large = bench.SmallShape;
        var little = large with { Files = large.Files / 10 };
        return Task.FromResult(new Job(
            "peak", "First scans of a small tree and of one ten times as large, for their memory.",
            [
                bench.First(Count(little), bench.Tree(little)),
                bench.First(Count(large), bench.Tree(large)),
            ],
            result =>
            [
                .. Scans.Peak(result, Count(large)),
                new Check(
                    "growth of the peak",
                    result.Median(Count(large), run => run.Figures!.PeakBytes / 1048576.0)
                    - result.Median(Count(little), run => run.Figures!.PeakBytes / 1048576.0),
                    8, Unit: "MiB"),
                new Check(
                    "WAL a row", result.Median(Count(large), run => (double)run.Figures!.WalBytes / run.Figures.Files),
                    320, Unit: "B"),
            ])
        {
            WarmUps = 0,
        });
    };

    public static JobMaker Flat(Workbench bench) => async cancellation =>
    {
        var participants = new List<Participant>();
        foreach (var shape in bench.FlatShapes)
        {
            var tree = bench.Tree(shape);
            var database = await bench.BaselineAsync(tree, cancellation);
            participants.Add(bench.Again(Count(shape), tree, database));
        }

        var names = bench.FlatShapes.Select(Count).ToList();
        return new Job(
            "flat", "Rescans of one folder without subfolders, each ten times as large as the one before.", participants,
            result =>
            [
                .. names.Select(name => new Check(
                    $"{name}, time a file", result.Median(name, MicrosecondsAFile), double.NaN, Unit: "us")),
                new Check(
                    "time a file, largest / second", result.Ratio(names[2], names[1], MicrosecondsAFile), 1.3),
                .. Scans.Peak(result, names[1]),
                new Check(
                    $"{names[2]}, peak resident",
                    result.Median(names[2], run => run.Figures!.PeakBytes / 1048576.0), double.NaN, Unit: "MiB"),
            ]);
    };

    private static string Count(TreeShape shape) =>
        string.Create(CultureInfo.InvariantCulture, $"{shape.Files:n0} files");

    private static double MicrosecondsAFile(Run run) => run.Figures!.WorkSeconds / run.Figures.Files * 1e6;
}
