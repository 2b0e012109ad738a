using Fixity.Core;
using Fixity.Scanning;
using Fixity.Storage;
using Npgsql;

namespace Fixity.Scanner.Scans;

/// <summary>Why a scan failed or broke off: a stable word, the same for people, and what it says of the target.</summary>
/// <param name="IsOffline">The target's storage is gone, or another one is in its place.</param>
/// <param name="IsStalled">The storage is there, and too much of it hangs: the target is degraded.</param>
internal sealed record ScanFailure(string Reason, string Message, bool IsOffline, bool IsStalled = false)
{
    public static ScanFailure TargetRemoved { get; } = new(
        "target_removed", "The target was deleted or switched off before the scan began.", IsOffline: false);

    /// <summary>The storage answers and lets nobody in; out of reach all the same.</summary>
    public bool IsDenied { get; init; }

    /// <summary>Not even the first look came back: the mount hangs, and the scan saw nothing.</summary>
    public bool IsHung { get; init; }

    /// <summary>What the target is from now on; null: the failure says nothing of it.</summary>
    public string? TargetState =>
        IsDenied ? "denied" : IsOffline ? "offline" : IsStalled || IsHung ? "degraded" : null;

    /// <summary>What was seen before the storage was lost, or began to hang, stands; any other failure fails the scan.</summary>
    public ScanStatus EndOf(bool sawSomething) =>
        IsStalled || ((IsOffline || IsHung) && sawSomething) ? ScanStatus.Partial : ScanStatus.Failed;

    public static ScanFailure Of(Exception failure) => failure switch
    {
        StorageIdentityChangedException { Actual: not null } => new("storage_identity_missing", failure.Message, true),
        StorageIdentityChangedException
        {
            InnerException: TimeoutException or StorageException { Fault: StorageFault.Timeout }
        } => new("storage_unreachable", failure.Message, false) { IsHung = true },
        StorageIdentityChangedException { InnerException: StorageException cause } =>
            Of(cause) with { Message = failure.Message },
        StorageIdentityChangedException => new("storage_unreachable", failure.Message, true),
        StorageException { Fault: StorageFault.Configuration, Reason: { } reason } => Refused(reason, failure.Message),
        StorageException { Fault: StorageFault.Configuration or StorageFault.Gone or StorageFault.NotRegular } =>
            new("root_missing", failure.Message, true),
        StorageException { Fault: StorageFault.Timeout } => new("stalled_reads", failure.Message, false, IsStalled: true),
        StorageException { Fault: StorageFault.Resources } => new("resources", failure.Message, false),
        StorageException => new("storage_unreachable", failure.Message, true),
        TargetOptionsException => new("target_options", failure.Message, false),
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => new("database_full", failure.Message, false),
        _ => new("internal_error", failure.Message, false),
    };

    private static ScanFailure Refused(string reason, string message) => reason switch
    {
        StorageReasons.RootMissing => new("root_missing", message, true),
        StorageReasons.NotMounted or StorageReasons.OtherSource => new("storage_identity_missing", message, true),
        StorageReasons.LoginRefused or StorageReasons.CredentialsMissing or StorageReasons.AccessDenied =>
            new($"storage_{reason}", message, true) { IsDenied = true },
        _ => new($"storage_{reason}", message, true),
    };
}
