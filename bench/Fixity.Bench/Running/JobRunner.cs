using System.Globalization;
using Fixity.Bench.Measured;

namespace Fixity.Bench.Running;

/// <summary>Runs a job's programs in turn (A B C, A B C, …), so that a machine that drifts drifts for all of them.</summary>
internal static class JobRunner
{
    public static async Task<JobResult> RunAsync(Job job, int rounds, CancellationToken cancellation)
    {
        Say($"{job.Name}: {job.Title}");
        await (job.Prepare?.Invoke(cancellation) ?? Task.CompletedTask);
        var runs = job.Participants.ToDictionary(p => p.Name, _ => new List<Run>(), StringComparer.Ordinal);
        for (var round = -job.WarmUps; round < rounds; round++)
        {
            foreach (var participant in job.Participants)
            {
                var isSlow = participant.Rounds is { };
                if (round < (isSlow ? 0 : -job.WarmUps) || round >= (participant.Rounds ?? rounds))
                {
                    continue;
                }

                var run = await RunAsync(participant, cancellation);
                Say(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {(round < 0 ? "warm-up" : $"round {round + 1}")} {participant.Name}: {run.Wall:f3} s, cpu {run.Cpu:f3} s"));
                if (round >= 0)
                {
                    runs[participant.Name].Add(run);
                }
            }
        }

        await (job.CleanUp?.Invoke(cancellation) ?? Task.CompletedTask);
        return new JobResult(job, runs);
    }

    private static async Task<Run> RunAsync(Participant participant, CancellationToken cancellation)
    {
        var given = participant.Before is { } before ? await before(cancellation) : "";
        var command = participant.Command.Replace("{0}", given, StringComparison.Ordinal);
        var measured = await Shell.MeasureAsync(command, cancellation, participant.MayEndWith);
        var figures = participant.IsFixity ? Figures.Parse(measured.Output) : null;
        var extra = participant.After is { } after ? await after(given, cancellation) : double.NaN;
        return new Run(measured.Wall, measured.Cpu, figures, extra);
    }

    public static void Say(string line) => Console.Error.WriteLine(line);
}
