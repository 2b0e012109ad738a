using Fixity.Core;
using Fixity.Smb;

namespace Fixity.Storage.Smb;

/// <summary>What a failure of SMB means for a scan.</summary>
internal static class SmbFaults
{
    public static StorageFault Of(SmbFailure failure) => failure switch
    {
        SmbFailure.Gone => StorageFault.Gone,
        SmbFailure.Denied => StorageFault.Denied,
        SmbFailure.Locked => StorageFault.Locked,
        SmbFailure.WrongKind => StorageFault.NotRegular,
        SmbFailure.TimedOut => StorageFault.Timeout,
        SmbFailure.Changed => StorageFault.Changed,
        SmbFailure.BadName or SmbFailure.MediaError or SmbFailure.Unreadable => StorageFault.ReadFailed,
        _ when failure.IsTransient() => StorageFault.Connection,
        _ when failure.IsOfSetup() => StorageFault.Configuration,
        _ => StorageFault.ReadFailed,
    };

    public static StorageException Exception(SmbException failure, FilePath path) =>
        new(Of(failure.Failure), path, failure.Message, failure) { Reason = ReasonOf(failure.Failure) };

    private static string? ReasonOf(SmbFailure failure) => failure switch
    {
        SmbFailure.NameNotFound => StorageReasons.NameNotResolved,
        SmbFailure.Refused => StorageReasons.ConnectionRefused,
        SmbFailure.ConnectionLost => StorageReasons.ConnectionLost,
        SmbFailure.ServerBusy => StorageReasons.Throttled,
        SmbFailure.NotSmb or SmbFailure.Protocol => StorageReasons.ProtocolRefused,
        SmbFailure.Tampered or SmbFailure.SigningUnavailable => StorageReasons.SigningRefused,
        SmbFailure.EncryptionUnavailable => StorageReasons.EncryptionRefused,
        SmbFailure.LoginRefused or SmbFailure.GuestRefused => StorageReasons.LoginRefused,
        SmbFailure.ShareMissing => StorageReasons.ShareMissing,
        SmbFailure.ShareDenied => StorageReasons.AccessDenied,
        _ => null,
    };

    /// <summary>Of the storage as a whole, and no verdict on any entry.</summary>
    public static bool IsOfAll(this SmbException failure) => failure.Failure.IsTransient() || failure.Failure.IsOfSetup();
}
