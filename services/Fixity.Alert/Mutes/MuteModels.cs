namespace Fixity.Alert.Mutes;

/// <summary>What is to be kept quiet, until when, and why. What is absent of target, path and event stands for all.</summary>
/// <param name="Path">Pattern in gitignore syntax: only events of files that it matches.</param>
/// <param name="Event">An event, or <c>file.*</c> for all of a kind.</param>
public sealed record MuteRequest(
    DateTimeOffset Until, string Reason, int? TargetId = null, string? Path = null, string? Event = null);

/// <summary>What is kept quiet.</summary>
/// <param name="IsOver">It keeps nothing quiet any more, and is shown for a while.</param>
/// <param name="Suppressed">Events that it kept from webhooks.</param>
public sealed record Mute(
    int Id,
    int? TargetId,
    string? Path,
    string? Event,
    DateTimeOffset Until,
    string Reason,
    string CreatedBy,
    DateTimeOffset CreatedAt,
    bool IsOver,
    long Suppressed);
