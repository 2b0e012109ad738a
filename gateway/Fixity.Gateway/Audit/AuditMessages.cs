namespace Fixity.Gateway.Audit;

/// <summary>Log messages of the audit log. Event ids 6070–6079.</summary>
internal static partial class AuditMessages
{
    [LoggerMessage(6070, LogLevel.Information, "Audit entry {Id} was written, its hash is {Hash}")]
    public static partial void Appended(this ILogger logger, long id, string hash);

    [LoggerMessage(6071, LogLevel.Critical, "The audit log is not what was written: {Kind} at entry {Id}; {Detail}")]
    public static partial void FaultFound(this ILogger logger, AuditFaultKind kind, long id, string detail);
}
