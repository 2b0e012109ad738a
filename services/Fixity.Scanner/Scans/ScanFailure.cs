using Fixity.Scanning;
using Fixity.Storage;
using Npgsql;

namespace Fixity.Scanner.Scans;

/// <summary>Why a scan failed: a stable word, the same for people, and whether the target is to be called offline.</summary>
internal sealed record ScanFailure(string Reason, string Message, bool IsOffline)
{
    public static ScanFailure Of(Exception failure) => failure switch
    {
        StorageIdentityChangedException { Actual: not null } => new("storage_identity_missing", failure.Message, true),
        StorageIdentityChangedException { InnerException: StorageException cause } =>
            Of(cause) with { Message = failure.Message },
        StorageIdentityChangedException => new("storage_unreachable", failure.Message, true),
        StorageException { Fault: StorageFault.Configuration or StorageFault.Gone or StorageFault.NotRegular } =>
            new("root_missing", failure.Message, true),
        StorageException { Fault: StorageFault.Resources } => new("resources", failure.Message, false),
        StorageException => new("storage_unreachable", failure.Message, true),
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => new("database_full", failure.Message, false),
        _ => new("internal_error", failure.Message, false),
    };
}
