namespace Fixity.Gateway.Edge;

/// <summary>Log messages of the edge. Event ids 6060–6069.</summary>
internal static partial class EdgeLog
{
    [LoggerMessage(6060, LogLevel.Warning, "{Count} requests still run {Elapsed} after the gateway was told to stop; they are cut")]
    public static partial void DrainedTooSoon(this ILogger logger, int count, TimeSpan elapsed);
}
