using Fixity.Bench.Measured;
using Fixity.Bench.Running;
using Npgsql;

namespace Fixity.Bench.Jobs;

/// <summary>Walks, first scans and verifications, from the start of a process to the final status in PostgreSQL.</summary>
internal static class ScanJobs
{
    private const string Fixity = "Fixity";
    private const string One = "one scanner";
    private const string Two = "two scanners";

    public static JobMaker Walk(Workbench bench) => _ =>
    {
        var tree = bench.Tree(bench.SmallShape);
        return Task.FromResult(new Job(
            "walk", "The small tree, in path order, with metadata.",
            [
                Workbench.Ours(Fixity, $"walk {Shell.Quote(tree)}"),
                new Participant("find", $"find {Shell.Quote(tree)} -printf '%p %s %T@\\n' > /dev/null"),
            ],
            result => [Check.Wall(result, Fixity, "find", 0.9)]));
    };

    public static JobMaker First(Workbench bench) => async cancellation =>
    {
        var tree = bench.Tree(bench.MixedShape);
        var list = Shell.Quote(await Workbench.ListAsync(tree, cancellation));
        var aide = new Aide(tree, hashes: true);
        return new Job(
            "first-scan", "The mixed tree into an empty database. AIDE and hashdeep compute SHA-256, the others BLAKE3.",
            [
                bench.First(Fixity, tree),
                new Participant("xargs b3sum", $"xargs -0 -a {list} b3sum > /dev/null"),
                new Participant("aide --init", aide.Init) { Rounds = bench.IsQuick ? 2 : 3 },
                new Participant("hashdeep", $"hashdeep -c sha256 -r -j2 {Shell.Quote(tree)} > /dev/null") { Rounds = bench.IsQuick ? 2 : 3 },
            ],
            result =>
            [
                Check.Wall(result, Fixity, "aide --init", 0.20),
                Check.Wall(result, Fixity, "hashdeep", 0.25),
                Check.Wall(result, Fixity, "xargs b3sum", 0.80),
                .. Scans.Peak(result, Fixity),
            ])
        {
            Prepare = aide.ConfigureAsync,
        };
    };

    public static JobMaker Full(Workbench bench) => async cancellation =>
    {
        var tree = bench.Tree(bench.MixedShape);
        var list = Shell.Quote(await Workbench.ListAsync(tree, cancellation));
        var sums = Shell.Quote(tree + ".b3");
        var aide = new Aide(tree, hashes: true);
        var database = await bench.BaselineAsync(tree, cancellation);
        return new Job(
            "full-verification", "Every file of the mixed tree read again and compared with the baseline; none differs.",
            [
                bench.Again(Fixity, tree, database, "full"),
                new Participant("b3sum --check", $"b3sum --check {sums} > /dev/null"),
                new Participant("aide --check", aide.Check) { Rounds = bench.IsQuick ? 2 : 1 },
            ],
            result =>
            [
                Check.Wall(result, Fixity, "aide --check", 0.10),
                Check.Wall(result, Fixity, "b3sum --check", 0.85),
                .. Scans.Peak(result, Fixity),
            ])
        {
            Prepare = async stop =>
            {
                await Shell.RunAsync($"xargs -0 -a {list} b3sum > {sums}", stop);
                await aide.PrepareCheckAsync(stop);
            },
            CleanUp = stop => bench.Cluster.DropDatabaseAsync(database, stop),
        };
    };

    public static JobMaker TwoScanners(Workbench bench) => async cancellation =>
    {
        var tree = bench.Tree(bench.SharedShape);
        var database = await bench.BaselineAsync(tree, cancellation, "md5");
        var connection = bench.Cluster.ConnectionStringFor(database);
        var worker = $"{Workbench.Program} scan --scan {{0}} --database {Shell.Quote(connection)}";
        async Task<string> QueueAsync(CancellationToken stop)
        {
            await using var owner = NpgsqlDataSource.Create(connection + ";Pooling=false");
            var rows = new ScanRows(owner);
            var target = await rows.FindOrAddTargetAsync(tree, stop);
            return $"{await rows.QueueAsync(target, "full", stop)}";
        }

        return new Job(
            "two-scanners", "Full verification of files of 1 MiB by MD5, by one process and by two, each bound to a core of its own.",
            [
                new Participant(One, $"taskset -c 0 {worker}") { IsFixity = true, Before = QueueAsync },
                new Participant(Two, $"taskset -c 1 {worker} > /dev/null & taskset -c 0 {worker}; wait")
                {
                    IsFixity = true,
                    Before = QueueAsync,
                },
            ],
            result =>
            [
                new Check($"{One} / {Two}, wall", result.Ratio(One, Two, run => run.Wall), 1.6, AtMost: false)
                {
                    WithoutStart = result.Ratio(One, Two, run => run.Figures!.WorkSeconds),
                },
            ])
        {
            CleanUp = stop => bench.Cluster.DropDatabaseAsync(database, stop),
        };
    };
}
