namespace Fixity.Alert.Deliveries.Overflow;

/// <summary>Log messages of the backlog's bounds. Event ids 5065–5069.</summary>
internal static partial class OverflowLog
{
    [LoggerMessage(5065, LogLevel.Warning, "Webhook {WebhookId} does not keep up: {Folded} deliveries about target {TargetId} became one that tells their sum")]
    public static partial void Folded(this ILogger logger, int folded, int webhookId, int? targetId);

    [LoggerMessage(5066, LogLevel.Warning, "The backlog cannot be looked at; next look in {Interval}")]
    public static partial void BacklogUnreachable(this ILogger logger, Exception exception, TimeSpan interval);
}
