using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

internal static partial class DashboardLog
{
    [LoggerMessage(7001, LogLevel.Error, "The dashboard's call {Call} failed.")]
    public static partial void CallFailed(this ILogger logger, string? call, Exception failure);

    [LoggerMessage(7002, LogLevel.Information, "Dashboard: {Command} {Resource}")]
    public static partial void CommandAsked(this ILogger logger, string command, string resource);

    [LoggerMessage(7003, LogLevel.Information, "Fetching the Aspire dashboard (127 MB) once…")]
    public static partial void Fetching(this ILogger logger);

    [LoggerMessage(7004, LogLevel.Warning, "No Aspire dashboard: {Reason}")]
    public static partial void Absent(this ILogger logger, string reason);

    [LoggerMessage(7005, LogLevel.Warning, "The Aspire dashboard ended with code {ExitCode}. It last said: {Tail}")]
    public static partial void Ended(this ILogger logger, int exitCode, string tail);

    [LoggerMessage(7006, LogLevel.Debug, "Aspire dashboard: {Line}")]
    public static partial void Line(this ILogger logger, string line);
}
