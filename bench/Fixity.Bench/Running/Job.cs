using Fixity.Bench.Measured;

namespace Fixity.Bench.Running;

/// <summary>Makes a job when its turn comes, and with it the trees and databases that it needs.</summary>
internal delegate Task<Job> JobMaker(CancellationToken cancellation);

/// <summary>One question that is answered by running several programs in turn, round by round, on the same files.</summary>
/// <param name="Title">One line for people.</param>
/// <param name="Checks">What is read from the results, and the goal for each.</param>
internal sealed record Job(
    string Name, string Title, IReadOnlyList<Participant> Participants, Func<JobResult, IEnumerable<Check>> Checks)
{
    /// <summary>Runs once, before the first round.</summary>
    public Func<CancellationToken, Task>? Prepare { get; init; }

    /// <summary>Runs once, after the last round.</summary>
    public Func<CancellationToken, Task>? CleanUp { get; init; }

    /// <summary>Rounds before those that count: page cache, dentries and the database's buffers are warm then.</summary>
    public int WarmUps { get; init; } = 1;
}

/// <summary>One program of a job.</summary>
/// <param name="Command">For bash. A Fixity program prints its <see cref="Figures"/>.</param>
internal sealed record Participant(string Name, string Command)
{
    /// <summary>Not measured, before each run: a fresh database, evicted pages. Gives what <c>{0}</c> in the command is.</summary>
    public Func<CancellationToken, Task<string>>? Before { get; init; }

    /// <summary>Not measured, after each run: a figure that only somebody outside can read.</summary>
    public Func<string, CancellationToken, Task<double>>? After { get; init; }

    public bool IsFixity { get; init; }

    /// <summary>Some peers take minutes: they run fewer times, and without a warm-up of their own.</summary>
    public int? Rounds { get; init; }

    /// <summary>Exit codes that are no failure.</summary>
    public int[] MayEndWith { get; init; } = [];
}

/// <param name="Extra">What <see cref="Participant.After"/> gave.</param>
internal sealed record Run(double Wall, double Cpu, Figures? Figures, double Extra);

internal sealed record JobResult(Job Job, IReadOnlyDictionary<string, List<Run>> Runs)
{
    public double Median(string participant, Func<Run, double> figure)
    {
        var sorted = Runs[participant].Select(figure).Order().ToArray();
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The median of the ratios round by round; of the medians where one ran fewer times than the other.</summary>
    public double Ratio(string ours, string theirs, Func<Run, double> figure)
    {
        var (mine, others) = (Runs[ours], Runs[theirs]);
        if (mine.Count != others.Count)
        {
            return Median(ours, figure) / Median(theirs, figure);
        }

        var ratios = mine.Zip(others, (a, b) => figure(a) / figure(b)).Order().ToArray();
        return (ratios[(ratios.Length - 1) / 2] + ratios[ratios.Length / 2]) / 2;
    }
}

/// <summary>One figure and whether it is what it should be.</summary>
/// <param name="AtMost">False: at least.</param>
internal sealed record Check(string What, double Value, double Limit, bool AtMost = true, string Unit = "x")
{
    public bool IsReached => AtMost ? Value <= Limit : Value >= Limit;

    /// <summary>The same ratio without the start of our process: what a service that runs already would take.</summary>
    public double? WithoutStart { get; init; }

    /// <summary>The same ratio in CPU seconds, the start included: what is left to read on a machine with other work to do.</summary>
    public double? CpuRatio { get; init; }

    public static Check Wall(JobResult result, string ours, string theirs, double limit) =>
        new($"{ours} / {theirs}, wall", result.Ratio(ours, theirs, run => run.Wall), limit)
        {
            WithoutStart = result.Ratio(ours, theirs, run => run.Figures?.WorkSeconds ?? run.Wall),
            CpuRatio = result.Ratio(ours, theirs, run => run.Cpu),
        };

    public static Check Cpu(JobResult result, string ours, string theirs, double limit) =>
        new($"{ours} / {theirs}, CPU", result.Ratio(ours, theirs, run => run.Cpu), limit);
}
