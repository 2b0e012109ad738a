using System.Globalization;

namespace Fixity.Smb.Wire;

/// <summary>What a server's NTSTATUS (MS-ERREF 2.3) means for a reader.</summary>
internal static class NtStatus
{
    public const uint Success = 0;
    public const uint Pending = 0x00000103;
    public const uint BufferOverflow = 0x80000005;
    public const uint NoMoreFiles = 0x80000006;
    public const uint EndOfFile = 0xC0000011;
    public const uint MoreProcessingRequired = 0xC0000016;
    public const uint AccessDenied = 0xC0000022;
    public const uint NotSupported = 0xC00000BB;
    public const uint InvalidDeviceRequest = 0xC0000010;
    public const uint FileClosed = 0xC0000128;
    public const uint NetworkNameDeleted = 0xC00000C9;
    public const uint InvalidParameter = 0xC000000D;
    public const uint NoSuchFile = 0xC000000F;
    private const uint NotFound = 0xC0000034;
    private const uint PathNotFound = 0xC000003A;
    private const uint DeletePending = 0xC0000056;

    /// <summary>Answers that carry what was asked for, or say that there is no more of it.</summary>
    public static bool IsError(uint status) =>
        status is not (Success or BufferOverflow or NoMoreFiles or EndOfFile or MoreProcessingRequired);

    public static SmbFailure FailureOf(uint status) => status switch
    {
        NotFound or PathNotFound or NoSuchFile or DeletePending => SmbFailure.Gone,
        AccessDenied or 0xC00000A2 or 0xC0000061 => SmbFailure.Denied,
        0xC0000043 or 0xC0000054 => SmbFailure.Locked,
        0xC0000033 or 0xC000003B or 0xC0000039 => SmbFailure.BadName,
        0xC00000BA or 0xC0000103 or 0x8000002D or 0xC0000279 => SmbFailure.WrongKind,
        0xC000003E or 0xC000003F or 0xC000009C or 0xC0000185 or 0xC0000032 or 0xC0000102 => SmbFailure.MediaError,
        _ => OfConnection(status) ?? OfLogin(status) ?? SmbFailure.Unreadable,
    };

    /// <summary>The same status means another thing when it answers a login.</summary>
    public static SmbFailure FailureOfLogin(uint status) =>
        status == AccessDenied ? SmbFailure.LoginRefused
        : OfLogin(status) ?? OfConnection(status) ?? SmbFailure.LoginRefused;

    public static SmbFailure FailureOfShare(uint status) =>
        status == AccessDenied ? SmbFailure.ShareDenied
        : OfConnection(status) ?? OfLogin(status) ?? SmbFailure.ShareMissing;

    /// <summary>For people: what it means, and the number.</summary>
    public static string Text(uint status)
    {
        var meaning = Meaning(status);
        var number = string.Create(CultureInfo.InvariantCulture, $"0x{status:X8}");
        return meaning is null ? number : $"{meaning} ({number})";
    }

    private static SmbFailure? OfConnection(uint status) => status switch
    {
        NetworkNameDeleted or 0xC0000203 or 0xC000020C or 0xC000035C or FileClosed or 0xC0000466 or 0xC0000480
            => SmbFailure.ConnectionLost,
        0xC00000B5 => SmbFailure.TimedOut,
        0xC0000205 or 0xC000009A or 0xC00000D0 or 0xC00000CE or 0xC0000017 => SmbFailure.ServerBusy,
        _ => null,
    };

    private static SmbFailure? OfLogin(uint status) => status switch
    {
        0xC000006D or 0xC000006A or 0xC0000064 or 0xC000006E or 0xC000006F or 0xC0000070 or 0xC0000071 or 0xC0000072
            or 0xC0000193 or 0xC0000224 or 0xC0000234 or 0xC000015B => SmbFailure.LoginRefused,
        0xC00000CC => SmbFailure.ShareMissing,
        _ => null,
    };

    private static string? Meaning(uint status) => status switch
    {
        AccessDenied => "access denied",
        NotFound => "no such file",
        PathNotFound => "no such path",
        NoSuchFile => "no such file",
        DeletePending => "about to be deleted",
        0xC0000043 => "held by somebody else",
        0xC0000054 => "locked by somebody else",
        0xC0000033 => "not a valid name",
        0xC000003B => "not a valid path",
        0xC00000BA => "a folder",
        0xC0000103 => "not a folder",
        0xC000006D or 0xC000006A or 0xC0000064 => "wrong user or password",
        0xC000006E => "the account is restricted",
        0xC000006F => "outside of the account's hours",
        0xC0000070 => "not from this machine",
        0xC0000071 or 0xC0000224 => "the password has expired",
        0xC0000072 => "the account is disabled",
        0xC0000193 => "the account has expired",
        0xC0000234 => "the account is locked",
        0xC000015B => "the account may not log in here",
        0xC00000CC => "no such share",
        NetworkNameDeleted => "the share was closed",
        0xC0000203 or 0xC000020C or 0xC000035C => "the session was ended",
        0xC0000205 or 0xC000009A or 0xC00000D0 or 0xC00000CE => "the server has no room",
        0xC000003E or 0xC000003F or 0xC000009C or 0xC0000185 => "the server's disk failed",
        EndOfFile => "the end of the file",
        NotSupported => "not supported",
        _ => null,
    };
}
