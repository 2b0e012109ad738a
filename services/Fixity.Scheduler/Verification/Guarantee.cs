namespace Fixity.Scheduler.Verification;

/// <summary>What is known of a target when its verification guarantee is looked at.</summary>
/// <param name="RunGap">Null: nothing runs by itself.</param>
/// <param name="BytesPresent">Null before the first scan ended.</param>
/// <param name="BestBytesPerSecond">The fastest of the latest scans that read enough to tell; null: none did.</param>
/// <param name="OpenShare">Part of the time in which it may be scanned, 0 to 1.</param>
/// <param name="IsSettled">The promise was not changed since the last run that could keep it.</param>
internal sealed record GuaranteeInputs(
    bool Enabled, TimeSpan? RunGap, TimeSpan Within, long? BytesPresent, double? BestBytesPerSecond, double OpenShare,
    long FilesOverdue, bool IsSettled);

/// <summary>Whether every file of a target can be re-read within the promised time, and whether it was.</summary>
/// <param name="NeededBytesPerDay">Null: how much there is is not known yet.</param>
/// <param name="MeasuredBytesPerDay">What the storage gave at best, over a day; null: not measured yet.</param>
/// <param name="CanBeMet">Null: not known.</param>
/// <param name="Obstacle">disabled, no_schedule, schedule or rate; null: nothing stands in the way.</param>
/// <param name="IsBreached">Files are overdue, and a run could have prevented it.</param>
internal sealed record Guarantee(
    double? NeededBytesPerDay, double? MeasuredBytesPerDay, bool? CanBeMet, string? Obstacle, bool IsBreached)
{
    public static Guarantee Of(GuaranteeInputs known)
    {
        var measured = known.BestBytesPerSecond * known.OpenShare * TimeSpan.FromDays(1).TotalSeconds;
        if (!known.Enabled)
        {
            // Whoever switched it off knows that nothing is promised.
            return new Guarantee(null, measured, null, "disabled", IsBreached: false);
        }

        // Kept back as the scanner does: a gap that a file waits for its run, one for a run that fails, one so that what is
        // due does not pile up.
        var cycle = known.Within - (3 * known.RunGap) ?? known.Within;
        var needed = known.BytesPresent / Math.Max(cycle.TotalDays, (known.RunGap ?? known.Within).TotalDays);
        var breached = known.FilesOverdue > 0 && known.IsSettled;
        if (known.RunGap is not { } gap)
        {
            return new Guarantee(needed, measured, null, "no_schedule", breached);
        }

        if (gap > known.Within)
        {
            return new Guarantee(needed, measured, CanBeMet: false, "schedule", breached);
        }

        return needed > measured
            ? new Guarantee(needed, measured, CanBeMet: false, "rate", breached)
            : new Guarantee(needed, measured, measured is null || needed is null ? null : true, null, breached);
    }
}
