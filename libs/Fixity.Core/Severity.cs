namespace Fixity.Core;

/// <summary>How much an event matters, least first.</summary>
public enum Severity
{
    Info = 1,
    Low = 2,
    Medium = 3,
    High = 4,
    Critical = 5,
}

/// <summary>The words of <see cref="Severity"/>.</summary>
public static class Severities
{
    public static string Name(this Severity severity) => severity switch
    {
        Severity.Info => "info",
        Severity.Low => "low",
        Severity.Medium => "medium",
        Severity.High => "high",
        Severity.Critical => "critical",
        _ => throw new ArgumentOutOfRangeException(nameof(severity), severity, "not a severity"),
    };
}
