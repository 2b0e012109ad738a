namespace Fixity.Storage;

/// <summary>What exactly keeps a storage from being read, as stable words: what a person who sets a target up must mend.</summary>
public static class StorageReasons
{
    public const string NameNotResolved = "name_not_resolved";
    public const string ConnectionRefused = "connection_refused";
    public const string ConnectionLost = "connection_lost";

    /// <summary>No answer in the time allowed.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>The server does not speak the protocol, or no version of it that is spoken here.</summary>
    public const string ProtocolRefused = "protocol_refused";

    /// <summary>The server does not sign, or not as asked for.</summary>
    public const string SigningRefused = "signing_refused";

    public const string EncryptionRefused = "encryption_refused";

    /// <summary>The certificate is not of an authority that is trusted, not of this name, or past its time.</summary>
    public const string Certificate = "certificate";

    /// <summary>User or password is wrong, or the account is locked or expired. Never tried again without a person.</summary>
    public const string LoginRefused = "login_refused";

    /// <summary>Credentials are needed and there are none, or their reference leads nowhere.</summary>
    public const string CredentialsMissing = "credentials_missing";

    public const string ShareMissing = "share_missing";
    public const string BucketMissing = "bucket_missing";

    /// <summary>The bucket is in another region than was said.</summary>
    public const string OtherRegion = "other_region";

    /// <summary>The clocks of this machine and of the storage are so far apart that no signature is valid.</summary>
    public const string ClockSkewed = "clock_skewed";

    public const string RootMissing = "root_missing";
    public const string AccessDenied = "access_denied";

    /// <summary>The path is not a mount point, or not one of a network file system.</summary>
    public const string NotMounted = "not_mounted";

    /// <summary>Something else is mounted there than was recorded.</summary>
    public const string OtherSource = "other_source";

    /// <summary>Nothing was found out: the scanners test other storages just now.</summary>
    public const string Busy = "busy";

    /// <summary>The storage asks for fewer calls.</summary>
    public const string Throttled = "throttled";
}
