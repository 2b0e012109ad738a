using Fixity.Core.Schedules;

namespace Fixity.Scheduler.Schedules;

/// <summary>The words of <c>scheduler.targets.missed_runs</c>.</summary>
internal static class MissedRunsWords
{
    public static string Word(this MissedRuns missed) => missed switch
    {
        MissedRuns.One => "one",
        MissedRuns.Skip => "skip",
        _ => throw new ArgumentOutOfRangeException(nameof(missed), missed, "not a stored word"),
    };

    public static MissedRuns Read(string word) => Enum.Parse<MissedRuns>(word, ignoreCase: true);
}
