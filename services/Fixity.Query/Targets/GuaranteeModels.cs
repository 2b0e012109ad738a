namespace Fixity.Query.Targets;

/// <summary>What keeps a verification guarantee from being kept, or from being known to be.</summary>
public enum GuaranteeObstacle
{
    /// <summary>The target is disabled, or its schedule is paused.</summary>
    Disabled,

    /// <summary>It is scanned by hand only.</summary>
    NoSchedule,

    /// <summary>Its runs are further apart than the days promised.</summary>
    Schedule,

    /// <summary>Its storage was never seen to give as many bytes a day as are needed.</summary>
    Rate,
}

/// <summary>Reads the scheduler's words.</summary>
internal static class GuaranteeObstacles
{
    public static GuaranteeObstacle? Read(string? word) => word switch
    {
        null => null,
        "disabled" => GuaranteeObstacle.Disabled,
        "no_schedule" => GuaranteeObstacle.NoSchedule,
        "schedule" => GuaranteeObstacle.Schedule,
        "rate" => GuaranteeObstacle.Rate,
        _ => throw new InvalidOperationException($"The database holds the obstacle '{word}'."),
    };
}

/// <summary>Whether every file of a target is re-read within the days promised. Looked at after each scan, and each quarter of an hour.</summary>
/// <param name="FilesOverdue">Present files whose last verification is older than promised.</param>
/// <param name="NeededBytesPerDay">Null: how much there is is not known yet.</param>
/// <param name="MeasuredBytesPerDay">What the storage gave at best in the latest scans, over a day; null: not measured yet.</param>
/// <param name="CanBeMet">Null: not known.</param>
/// <param name="Obstacle">Null: nothing stands in the way.</param>
/// <param name="BreachedSince">Null: it holds, as far as is known.</param>
public sealed record GuaranteeView(
    DateTimeOffset EvaluatedAt,
    DateTimeOffset? OldestVerifiedAt,
    long FilesOverdue,
    double? NeededBytesPerDay,
    double? MeasuredBytesPerDay,
    bool? CanBeMet,
    GuaranteeObstacle? Obstacle,
    DateTimeOffset? BreachedSince);
