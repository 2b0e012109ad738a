using System.Globalization;
using Fixity.Bench.Running;
using Fixity.Bench.Trees;

namespace Fixity.Bench.Jobs;

/// <summary>Reading and hashing without a database.</summary>
internal static class HashingJobs
{
    private static readonly long[] Sizes = [1 << 10, 2 << 10, 4 << 10, 8 << 10, 16 << 10, 64 << 10, 1 << 20, 16 << 20];

    public static JobMaker Memory() => _ =>
    {
        var participants = Sizes.Select(size => InMemory("", "", size))
            .Append(InMemory("AVX2, ", "DOTNET_EnableAVX512=0 ", 4 << 10))
            .Append(InMemory("AVX2, ", "DOTNET_EnableAVX512=0 ", 1 << 20))
            .Append(InMemory("portable, ", "DOTNET_EnableHWIntrinsic=0 ", 1 << 20))
            .ToList();
        return Task.FromResult(new Job(
            "memory", "BLAKE3 of buffers in memory, one thread. No peer can be asked this; GB a second of CPU time.", participants,
            result => participants.Select(participant => new Check(
                participant.Name,
                result.Median(participant.Name, run => run.Figures!.Bytes / 1e9 / run.Figures.WorkSeconds),
                double.NaN, AtMost: false, Unit: "GB/s")))
        {
            WarmUps = 0,
        });
    };

    public static JobMaker BigFile(Workbench bench) => _ =>
    {
        var tree = bench.Tree(bench.BigShape);
        var file = Shell.Quote(Path.Combine(tree, TreeShape.NameOf(0)));
        var repeat = bench.IsQuick ? 4 : 2;
        var again = string.Join(' ', Enumerable.Repeat(file, repeat));
        return Task.FromResult(new Job(
            "big-file",
            string.Create(
                CultureInfo.InvariantCulture,
                $"One file of {bench.BigShape.Bytes >> 30} GiB, read {repeat} times by one process."),
            [
                Workbench.Ours("Fixity, 1 thread", $"hash {Shell.Quote(tree)} --threads 1 --repeat {repeat}"),
                new Participant("b3sum, 1 thread", $"b3sum --no-mmap --num-threads 1 {again}"),
                Workbench.Ours("Fixity, 2 threads", $"hash {Shell.Quote(tree)} --threads 2 --repeat {repeat}"),
            ],
            result =>
            [
                Check.Wall(result, "Fixity, 1 thread", "b3sum, 1 thread", 1.05),
                new Check(
                    "1 thread / 2 threads, wall",
                    result.Ratio("Fixity, 1 thread", "Fixity, 2 threads", run => run.Wall), 1.7, AtMost: false)
                {
                    WithoutStart = result.Ratio(
                        "Fixity, 1 thread", "Fixity, 2 threads", run => run.Figures!.WorkSeconds),
                },
            ]));
    };

    public static JobMaker ManyFiles(Workbench bench) => async cancellation =>
    {
        var tree = bench.Tree(bench.MixedShape);
        var list = Shell.Quote(await Workbench.ListAsync(tree, cancellation));
        return new Job(
            "hash", "Every file of the mixed tree, no database.",
            [
                Workbench.Ours("Fixity, 1 thread", $"hash {Shell.Quote(tree)} --threads 1"),
                new Participant("xargs b3sum", $"xargs -0 -a {list} b3sum > /dev/null"),
                Workbench.Ours("Fixity, 2 threads", $"hash {Shell.Quote(tree)} --threads 2"),
                new Participant("xargs -P2 b3sum", $"xargs -0 -P2 -n 500 -a {list} b3sum --num-threads 1 > /dev/null"),
            ],
            result =>
            [
                Check.Cpu(result, "Fixity, 1 thread", "xargs b3sum", 0.8),
                Check.Wall(result, "Fixity, 2 threads", "xargs -P2 b3sum", 1.0),
            ]);
    };

    public static JobMaker Cold(Workbench bench) => _ =>
    {
        var tree = bench.Tree(bench.MixedShape);
        Participant Threads(int threads) =>
            Workbench.Ours($"Fixity, {threads} threads", $"hash {Shell.Quote(tree)} --threads {threads}") with
            {
                Before = _ =>
                {
                    PageCache.Evict(tree);
                    return Task.FromResult("");
                },
            };

        return Task.FromResult(new Job(
            "cold", "Every file of the mixed tree, its content evicted from the page cache before each run.",
            [Threads(1), Threads(2), Threads(8)],
            result =>
            [
                new Check(
                    "1 thread / 8 threads, wall",
                    result.Ratio("Fixity, 1 threads", "Fixity, 8 threads", run => run.Wall), 2.0, AtMost: false)
                {
                    WithoutStart = result.Ratio(
                        "Fixity, 1 threads", "Fixity, 8 threads", run => run.Figures!.WorkSeconds),
                },
            ])
        {
            WarmUps = 0,
        });
    };

    private static Participant InMemory(string prefix, string environment, long size) =>
        new(
            string.Create(CultureInfo.InvariantCulture, $"{prefix}{size >> 10} KiB"),
            string.Create(CultureInfo.InvariantCulture, $"{environment}{Workbench.Program} hash-memory --bytes {size}"))
        {
            IsFixity = true,
        };
}
