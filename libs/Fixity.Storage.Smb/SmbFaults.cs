using Fixity.Core;
using Fixity.Smb;

namespace Fixity.Storage.Smb;

/// <summary>What a failure of SMB means for a scan.</summary>
internal static class SmbFaults
{
    public static StorageFault Of(SmbFailure failure) => failure switch
    {
        SmbFailure.Gone => StorageFault.Gone,
        SmbFailure.Denied or SmbFailure.Locked => StorageFault.Denied,
        SmbFailure.WrongKind => StorageFault.NotRegular,
        SmbFailure.TimedOut => StorageFault.Timeout,

        // What was read before the connection was lost and after it do not fit together: the next scan reads it anew.
        SmbFailure.Changed => StorageFault.Connection,
        SmbFailure.BadName or SmbFailure.MediaError or SmbFailure.Unreadable => StorageFault.ReadFailed,
        _ when failure.IsTransient() => StorageFault.Connection,
        _ when failure.IsOfSetup() => StorageFault.Configuration,
        _ => StorageFault.ReadFailed,
    };

    public static StorageException Exception(SmbException failure, FilePath path) =>
        new(Of(failure.Failure), path, failure.Message, failure);

    /// <summary>Of the storage as a whole, and no verdict on any entry.</summary>
    public static bool IsOfAll(this SmbException failure) => failure.Failure.IsTransient() || failure.Failure.IsOfSetup();
}
