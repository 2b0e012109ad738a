namespace Fixity.Core;

/// <summary>How the storage of a target is reached, beyond its root; which part is set depends on the target's type.</summary>
/// <remarks>Stored with the target as one JSON object; no secret is ever in it (<see cref="CredentialsSource"/>).</remarks>
/// <param name="Nfs">Type <c>nfs</c>; null: the defaults.</param>
/// <param name="Smb">Type <c>smb</c>.</param>
/// <param name="S3">Type <c>s3</c>.</param>
public sealed record TargetConnection(NfsConnection? Nfs = null, SmbConnection? Smb = null, S3Connection? S3 = null)
{
    public static TargetConnection None { get; } = new();
}

/// <summary>A path that must be a mount point of a network file system.</summary>
/// <param name="Source">As the mount table says it, like <c>nas:/export</c>; null: recorded by the first scan.</param>
/// <param name="FileSystems">Types, as the mount table names them, that count as network file systems; null: the usual.</param>
public sealed record NfsConnection(string? Source = null, IReadOnlyList<string>? FileSystems = null);

/// <summary>What a session with an SMB server must have.</summary>
public enum SmbProtection
{
    /// <summary>Every message is signed, or there is no session.</summary>
    Sign = 1,

    /// <summary>Every message is encrypted, or there is no session.</summary>
    Encrypt = 2,

    /// <summary>What the server asks for; an attacker on the way can change what is read.</summary>
    Offered = 3,
}

/// <summary>A folder of a share.</summary>
/// <param name="Server">Name or address.</param>
/// <param name="Path">Below the share, <c>/</c> as separator; empty: the whole share.</param>
public sealed record SmbConnection(
    string Server, string Share, string Path = "", int Port = 445, SmbProtection Protection = SmbProtection.Sign);

/// <summary>A prefix of a bucket at any endpoint that speaks S3.</summary>
/// <param name="Prefix">Without a slash at the front; it ends at a slash, or is empty: the whole bucket.</param>
/// <param name="Endpoint">Absolute http(s) address; null: Amazon's own for the region.</param>
/// <param name="PathStyle">The bucket in the path and not in the host name.</param>
/// <param name="Certificate">PEM of the authority that the endpoint's certificate must come from; null: those of the system.</param>
public sealed record S3Connection(
    string Bucket,
    string Prefix = "",
    string Region = "us-east-1",
    Uri? Endpoint = null,
    bool PathStyle = false,
    string? Certificate = null);

/// <summary>Where the credentials of a target come from.</summary>
public enum CredentialsSource
{
    /// <summary>None are needed, or none were given.</summary>
    None = 1,

    /// <summary>By reference: <c>file:/…</c> or <c>env:NAME</c>, looked up by the scanner each time.</summary>
    Reference = 2,

    /// <summary>Encrypted in the database.</summary>
    Stored = 3,
}

/// <summary>What a storage is told to be let in. Never logged: its text says only who.</summary>
/// <param name="User">User name, or access key id.</param>
/// <param name="Secret">Password, or secret access key.</param>
/// <param name="Domain">SMB alone.</param>
/// <param name="SessionToken">S3 alone, with temporary keys.</param>
public sealed record StorageCredentials(string User, string Secret, string? Domain = null, string? SessionToken = null)
{
    public override string ToString() => Domain is null ? User : $@"{Domain}\{User}";
}
