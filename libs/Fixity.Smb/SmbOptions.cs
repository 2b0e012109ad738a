using Fixity.Smb.Authentication;

namespace Fixity.Smb;

/// <summary>Versions of the protocol (MS-SMB2 2.2.3). What is older is not spoken.</summary>
public enum SmbDialect
{
    Smb210 = 0x0210,
    Smb300 = 0x0300,
    Smb302 = 0x0302,
    Smb311 = 0x0311,
}

/// <summary>Ways to sign (MS-SMB2 2.2.3.1.7).</summary>
public enum SmbSigning
{
    HmacSha256 = 0,
    AesCmac = 1,
    AesGmac = 2,
}

/// <summary>Ways to encrypt (MS-SMB2 2.2.3.1.2).</summary>
public enum SmbCipher
{
    None = 0,
    Aes128Ccm = 1,
    Aes128Gcm = 2,
    Aes256Ccm = 3,
    Aes256Gcm = 4,
}

/// <summary>One share of one server, how to log in, and what is demanded of the connection.</summary>
public sealed record SmbOptions
{
    /// <summary>Name or address, IPv6 without brackets.</summary>
    public required string Host { get; init; }

    public int Port { get; init; } = 445;

    public required string Share { get; init; }

    public required ISmbAuthenticator Authenticator { get; init; }

    /// <summary>Refuses a connection on which a changed bit would go unnoticed. Off only where the network is trusted.</summary>
    public bool RequireSigning { get; init; } = true;

    /// <summary>Encrypts even where the server does not ask for it, and reads nothing where it cannot.</summary>
    public bool RequireEncryption { get; init; }

    public SmbDialect MinDialect { get; init; } = SmbDialect.Smb210;

    public SmbDialect MaxDialect { get; init; } = SmbDialect.Smb311;

    /// <summary>Offered to a server of 3.1.1, best first.</summary>
    public IReadOnlyList<SmbCipher> Ciphers { get; init; } =
        [SmbCipher.Aes128Gcm, SmbCipher.Aes256Gcm, SmbCipher.Aes128Ccm, SmbCipher.Aes256Ccm];

    /// <summary>Offered to a server of 3.1.1, best first.</summary>
    public IReadOnlyList<SmbSigning> Signings { get; init; } =
        [SmbSigning.AesGmac, SmbSigning.AesCmac, SmbSigning.HmacSha256];

    /// <summary>For the name, the connection and the login together.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>An answer is waited for as long as bytes come; without one for so long, the connection is lost.</summary>
    /// <remarks>A connection that nobody uses is asked for an echo as often.</remarks>
    public TimeSpan IoTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a lost connection is made anew before the call fails. Zero: not at all.</summary>
    public TimeSpan ReconnectFor { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>One read of a large file, in bytes; the server may allow less.</summary>
    public int ReadBytes { get; init; } = 1024 * 1024;

    /// <summary>How many such reads of one file are under way at once: what a link of 10 ms needs for a gigabyte a second.</summary>
    public int ReadsInFlight { get; init; } = 16;

    /// <summary>How many of them all files of the share together may have ahead of their readers.</summary>
    public int MaxReadsAhead { get; init; } = 32;

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Where connections come from; null: TCP.</summary>
    public Transport.ISmbConnector? Connector { get; init; }

    /// <summary>Server, port and share. Never the login.</summary>
    public override string ToString() => $@"\\{Host}:{Port}\{Share}";
}
