using Yarp.ReverseProxy.Forwarder;

namespace Fixity.Gateway.Routing;

/// <summary>Log messages of routing. Event ids 6000–6019.</summary>
internal static partial class RoutingLog
{
    [LoggerMessage(6000, LogLevel.Warning, "Service {Service} did not answer a request: {Error}, {Reason}")]
    public static partial void UpstreamFailed(
        this ILogger logger, string service, ForwarderError error, string? reason);

    [LoggerMessage(6001, LogLevel.Error, "Service {Service} refused the gateway's identity; do both have the same key?")]
    public static partial void IdentityRefused(this ILogger logger, string service);

    [LoggerMessage(6002, LogLevel.Error, "A change was, or may have been, made and is not in the audit log: {Actor} {Method} {Path}")]
    public static partial void NotRecorded(
        this ILogger logger, Exception exception, string actor, string method, string? path);
}
