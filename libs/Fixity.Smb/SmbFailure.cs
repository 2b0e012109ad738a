using Fixity.Smb.Wire;

namespace Fixity.Smb;

/// <summary>What kind of failure it was, and so what a caller can do about it. Decided where the failure is born.</summary>
public enum SmbFailure
{
    /// <summary>The server's name does not resolve.</summary>
    NameNotFound = 1,

    /// <summary>Nobody listens at the port, or no way leads there.</summary>
    Refused = 2,

    /// <summary>The connection broke, or the server ended the session. A new connection may help.</summary>
    ConnectionLost = 3,

    /// <summary>Not one byte came in the time allowed, or no connection was made in it.</summary>
    TimedOut = 4,

    /// <summary>The server has no room for us now. A later attempt may help.</summary>
    ServerBusy = 5,

    /// <summary>What answers is not a server of SMB 2.1 or later.</summary>
    NotSmb = 6,

    /// <summary>The server said what no server may say.</summary>
    Protocol = 7,

    /// <summary>A signature was wrong or missing, or somebody rewrote the negotiation.</summary>
    Tampered = 8,

    /// <summary>The server does not sign, and signing is required.</summary>
    SigningUnavailable = 9,

    /// <summary>The server does not encrypt, and encryption is required.</summary>
    EncryptionUnavailable = 10,

    /// <summary>Wrong user or password, or an account that may not log in. Never tried again: accounts lock.</summary>
    LoginRefused = 11,

    /// <summary>The server would have let us in as a guest, as which nothing is proven.</summary>
    GuestRefused = 12,

    /// <summary>The server has no share of this name.</summary>
    ShareMissing = 13,

    /// <summary>The user may not use the share.</summary>
    ShareDenied = 14,

    /// <summary>The user may not read this entry.</summary>
    Denied = 15,

    /// <summary>Somebody holds the file so that nobody else may read it.</summary>
    Locked = 16,

    /// <summary>No name of this kind can be opened through SMB.</summary>
    BadName = 17,

    /// <summary>A folder where a file was meant, or a file where a folder was, or a link.</summary>
    WrongKind = 18,

    /// <summary>Nothing is there. Proof of a deletion only if the root is still the same.</summary>
    Gone = 19,

    /// <summary>The server's disk failed to read.</summary>
    MediaError = 20,

    /// <summary>The server would not read this entry for another reason.</summary>
    Unreadable = 21,

    /// <summary>The file changed while the connection was away: what was read of it before does not fit the rest.</summary>
    Changed = 22,
}

/// <summary>Whether trying again can help.</summary>
public static class SmbFailures
{
    /// <summary>Of the connection: worth another one.</summary>
    public static bool IsTransient(this SmbFailure failure) => failure is SmbFailure.NameNotFound or SmbFailure.Refused
        or SmbFailure.ConnectionLost or SmbFailure.TimedOut or SmbFailure.ServerBusy or SmbFailure.Protocol;

    /// <summary>What a server's NTSTATUS means for a file or folder, for a login, and for the way to a share.</summary>
    public static SmbFailure OfEntry(uint status) => NtStatus.FailureOf(status);

    public static SmbFailure OfLogin(uint status) => NtStatus.FailureOfLogin(status);

    public static SmbFailure OfShare(uint status) => NtStatus.FailureOfShare(status);

    /// <summary>Of the server, the login or the share: final until somebody acts.</summary>
    public static bool IsOfSetup(this SmbFailure failure) => failure is SmbFailure.NotSmb or SmbFailure.Tampered
        or SmbFailure.SigningUnavailable or SmbFailure.EncryptionUnavailable or SmbFailure.LoginRefused
        or SmbFailure.GuestRefused or SmbFailure.ShareMissing or SmbFailure.ShareDenied;
}

/// <summary>An SMB call failed. Never says a password, a hash or a key.</summary>
public sealed class SmbException(SmbFailure failure, string message, uint status = 0, Exception? cause = null)
    : IOException(message, cause)
{
    public SmbFailure Failure { get; } = failure;

    /// <summary>The server's NTSTATUS (MS-ERREF 2.3), or 0.</summary>
    public uint Status { get; } = status;
}
