namespace Fixity.Gateway.OpenApi;

/// <summary>Log messages of the merged description. Event ids 6030–6039.</summary>
internal static partial class OpenApiLog
{
    [LoggerMessage(6030, LogLevel.Warning, "Service {Service} does not describe itself; the merged document goes without it")]
    public static partial void DocumentMissing(this ILogger logger, Exception exception, string service);
}
