using Fixity.Core.Schedules;

namespace Fixity.Scheduler.Schedules;

/// <summary>The part of a target that says when it is scanned, to be tried before it is saved.</summary>
public sealed record ScheduleSettings(
    string? Schedule, string TimeZone = "UTC", IReadOnlyList<Blackout>? Blackouts = null, int JitterMinutes = 0);

/// <summary>A schedule in words, and when it would be due.</summary>
/// <param name="NextRuns">The next five; fewer when it does not come so often within what can be foreseen.</param>
public sealed record SchedulePreview(string Words, IReadOnlyList<PreviewedRun> NextRuns);

/// <param name="At">When it is due, or at the end of the blackout that it falls in.</param>
/// <param name="Local">The same in the schedule's time zone, to be read: <c>Sunday 29 March 2026, 03:00 +02:00</c>.</param>
/// <param name="DelayedFrom">When it was due, if a blackout delays it.</param>
public sealed record PreviewedRun(DateTimeOffset At, string Local, DateTimeOffset? DelayedFrom);
