namespace Fixity.Alert.Deliveries.Gatherings;

/// <summary>Log messages of batches and digests. Event ids 5060–5064.</summary>
internal static partial class GatheringLog
{
    [LoggerMessage(5060, LogLevel.Information, "{Closed} batches and digests closed: {Deliveries} new deliveries")]
    public static partial void GatheringsClosed(this ILogger logger, int closed, int deliveries);

    [LoggerMessage(5061, LogLevel.Warning, "Batches and digests cannot be closed; next look in {PollInterval}")]
    public static partial void GatheringsUnreachable(this ILogger logger, Exception exception, TimeSpan pollInterval);
}
