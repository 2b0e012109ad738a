using System.Globalization;
using Fixity.Bench.Running;
using Fixity.Bench.Trees;

namespace Fixity.Bench.Jobs;

/// <summary>Our client of shares against <c>smbclient</c>: one smbd, the same files, near and far.</summary>
/// <remarks>Both are whole processes that connect and log in. On few cores smbd's own work is most of what is measured:
/// its CPU seconds are a figure of their own.</remarks>
internal static class ShareJobs
{
    private const int AtOnce = 16;
    private static readonly string[] Protections = ["unsigned", "signed", "encrypted"];

    public static JobMaker Sequential(Workbench bench) => async _ =>
    {
        var tree = bench.Tree(bench.ShareBigShape);
        var rig = await ShareRig.StartAsync(tree);
        var files = await WriteAsync(bench, "share-big", [TreeShape.NameOf(0)]);
        var pairs = rig.Lines.SelectMany(line => Protections.Select(protection => new Pair(
            $"{line.Name}, {protection}", line,
            rig.Ours(line, $"smb-read {Shell.Quote(files.List)}", protection),
            rig.Theirs(line, files.Commands, protection),
            Goal: line.RoundTripMs >= 10 ? 2 : line.RoundTripMs > 0 || protection == "encrypted" ? double.NaN : 0.9))).ToList();
        return Make(
            "smb-sequential",
            string.Create(CultureInfo.InvariantCulture, $"One file of {bench.ShareBigShape.Bytes >> 20} MiB from a share."),
            rig, pairs, bench.ShareBigShape.Bytes / 1048576.0, "MiB/s", _ => double.NaN);
    };

    public static JobMaker Small(Workbench bench) => async cancellation =>
    {
        var tree = bench.Tree(bench.ShareSmallShape);
        var rig = await ShareRig.StartAsync(tree);
        var all = await NamesAsync(tree, cancellation);
        var near = await WriteAsync(bench, "share-small", all);

        // smbclient takes three round trips a file: far away a tenth of them is minutes already.
        var far = await WriteAsync(bench, "share-small-far", all.Where((_, index) => index % 10 == 0));
        var pairs = rig.Lines.SelectMany(line => Protections[..2].Select(protection => new Pair(
            $"{line.Name}, {protection}", line,
            rig.Ours(line, $"smb-read {Shell.Quote(near.List)} --at-once {AtOnce}", protection),
            rig.Theirs(line, (line.RoundTripMs > 0 ? far : near).Commands, protection),
            Goal: double.NaN)
        {
            TheirShare = line.RoundTripMs > 0 ? 0.1 : 1,
            TheirRounds = 1,
        })).ToList();
        return Make(
            "smb-small",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{all.Length:n0} files of 4 KiB from a share, {AtOnce} at once on one connection; smbclient through a delay: a tenth of them."),
            rig, pairs, all.Length, "files/s", line => line.Name == "direct" ? 5_000 : line.RoundTripMs == 1 ? 2_000 : double.NaN);
    };

    public static JobMaker Listing(Workbench bench) => async _ =>
    {
        var shape = Workbench.ShareListShape;
        var rig = await ShareRig.StartAsync(bench.Tree(shape));
        var commands = Path.Combine(bench.Folder, "share-list.commands");
        await File.WriteAllTextAsync(commands, "recurse ON\nls\n", CancellationToken.None);
        var pairs = rig.Lines.Select(line => new Pair(
            line.Name, line, rig.Ours(line, "smb-list", "signed"), rig.Theirs(line, commands, "signed"), Goal: double.NaN)).ToList();
        return Make(
            "smb-listing",
            string.Create(
                CultureInfo.InvariantCulture, $"{shape.Files:n0} entries of a share, signed: ours in path order with metadata."),
            rig, pairs, shape.Files, "entries/s", line => line.Name == "direct" ? 40_000 : double.NaN);
    };

    private static Job Make(
        string name, string title, ShareRig rig, IReadOnlyList<Pair> pairs, double amount, string unit, Func<ShareLine, double> goal) =>
        new(
            name, title,
            [
                .. pairs.SelectMany(pair => new[]
                {
                    Workbench.Ours(pair.OurName, pair.Ours) with { Before = rig.BeginAsync, After = (_, stop) => rig.ReadServerCpuAsync(stop) },
                    new Participant(pair.TheirName, pair.Theirs)
                    {
                        Before = rig.BeginAsync, After = (_, stop) => rig.ReadServerCpuAsync(stop), Rounds = pair.TheirRounds,
                    },
                }),
            ],
            result => pairs.SelectMany(pair => ChecksOf(result, pair, amount, unit, goal(pair.Line))))
        {
            CleanUp = _ => rig.DisposeAsync().AsTask(),
        };

    private static IEnumerable<Check> ChecksOf(JobResult result, Pair pair, double amount, string unit, double goal)
    {
        yield return new Check(
            $"{pair.OurName}, {unit}", amount / result.Median(pair.OurName, run => run.Figures!.WorkSeconds), goal,
            AtMost: false, Unit: "");
        var (ours, theirs) = (result.Median(pair.OurName, run => run.Wall), result.Median(pair.TheirName, run => run.Wall));
        yield return new Check(
            $"{pair.Name}: our speed / smbclient's", theirs / pair.TheirShare / ours, pair.Goal, AtMost: false)
        {
            WithoutStart = theirs / pair.TheirShare / result.Median(pair.OurName, run => run.Figures!.WorkSeconds),
        };
        yield return new Check(
            $"{pair.Name}: smbd's CPU, ours and smbclient's, s",
            result.Median(pair.OurName, run => run.Extra), double.NaN, Unit: "")
        {
            CpuRatio = result.Median(pair.TheirName, run => run.Extra) / pair.TheirShare,
        };
    }

    private static async Task<string[]> NamesAsync(string tree, CancellationToken cancellation) =>
        (await Shell.RunAsync($"cd {Shell.Quote(tree)} && find . -type f -printf '%P\\n' | LC_ALL=C sort", cancellation))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static async Task<(string List, string Commands)> WriteAsync(Workbench bench, string name, IEnumerable<string> paths)
    {
        var (list, commands) = (Path.Combine(bench.Folder, $"{name}.list"), Path.Combine(bench.Folder, $"{name}.commands"));
        var theirs = paths.Select(path => path.Replace('/', '\\')).ToList();
        await File.WriteAllLinesAsync(list, theirs);
        await File.WriteAllLinesAsync(commands, theirs.Select(path => $"get {path} /dev/null"));
        return (list, commands);
    }

    private sealed record Pair(string Name, ShareLine Line, string Ours, string Theirs, double Goal)
    {
        public string OurName => $"Fixity, {Name}";

        public string TheirName => $"smbclient, {Name}";

        /// <summary>How much of the work it was given.</summary>
        public double TheirShare { get; init; } = 1;

        public int? TheirRounds { get; init; }
    }
}
