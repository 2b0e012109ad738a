namespace Fixity.Alert.Severities;

/// <summary>Log messages of severities. Event ids 5070–5074.</summary>
internal static partial class SeverityLog
{
    [LoggerMessage(5070, LogLevel.Information, "Severities of target {TargetId} changed by {Caller}")]
    public static partial void SeveritiesChanged(this ILogger logger, int targetId, string caller);
}
