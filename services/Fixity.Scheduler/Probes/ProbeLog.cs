namespace Fixity.Scheduler.Probes;

/// <summary>Log messages of probes. Event ids 2040–2049. Never credentials.</summary>
internal static partial class ProbeLog
{
    [LoggerMessage(2040, LogLevel.Information, "The storage {Root} was tried for {Caller}: {Verdict} after {TookMs} ms")]
    public static partial void Probed(this ILogger logger, string root, string? caller, string verdict, long tookMs);

    [LoggerMessage(2041, LogLevel.Error, "The stored credentials of target {TargetId} cannot be opened: {Reason}")]
    public static partial void CredentialsNotOpened(this ILogger logger, int? targetId, string reason);
}
