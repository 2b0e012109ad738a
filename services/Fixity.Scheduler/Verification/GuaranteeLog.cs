namespace Fixity.Scheduler.Verification;

/// <summary>Log messages of the verification guarantee. Event ids 2060–2069.</summary>
internal static partial class GuaranteeLog
{
    [LoggerMessage(2060, LogLevel.Warning,
        "Verification guarantee of target {TargetId} ({TargetName}) is {State}: {FilesOverdue} files were not re-read within {Days} days")]
    public static partial void GuaranteeChanged(
        this ILogger logger, int targetId, string targetName, string state, long filesOverdue, int days);

    [LoggerMessage(2061, LogLevel.Warning, "The verification guarantees could not be looked at; next try in {RetryInterval}")]
    public static partial void RoundFailed(this ILogger logger, Exception exception, TimeSpan retryInterval);
}
