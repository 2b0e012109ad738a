namespace Fixity.Scheduler;

/// <summary>Configuration section <c>Scheduler</c>.</summary>
internal sealed class SchedulerOptions
{
    public const string Section = "Scheduler";

    /// <summary>Folders that targets may lie in. None: nothing may be watched.</summary>
    public IReadOnlyList<string> AllowedRoots { get; init; } = [];

    /// <summary>A folder that is made a target at start, so that one command shows the main job. Allowed by being named.</summary>
    public string? Watch { get; init; }

    /// <summary>Between two looks at what the queue still owes: retries, and runs that a schedule waits for.</summary>
    public TimeSpan QueueInterval { get; init; } = TimeSpan.FromSeconds(5);
}
