namespace Fixity.Core.Schedules;

/// <summary>What is done about runs that were missed while no scheduler ran.</summary>
public enum MissedRuns
{
    /// <summary>One scan makes up for all of them.</summary>
    One,

    /// <summary>The next run stands.</summary>
    Skip,
}
