namespace Fixity.Smb.Authentication;

/// <summary>Proves who we are. One for a share; NTLM today, Kerberos some day.</summary>
public interface ISmbAuthenticator
{
    /// <summary>For people: the login without any secret.</summary>
    string Name { get; }

    /// <summary>One attempt at one server.</summary>
    ISmbLogin Begin(string host);
}

/// <summary>One login: tokens go to and fro until both sides are content (MS-SMB2 3.2.4.2.3).</summary>
public interface ISmbLogin : IDisposable
{
    /// <summary>The next token to send.</summary>
    /// <param name="received">What the server sent last; at first the hint of its negotiation, which may be empty.</param>
    /// <exception cref="SmbException">The server's token is not one, or does not prove what it must.</exception>
    byte[] Next(ReadOnlySpan<byte> received);

    /// <summary>The server accepted: its last token is checked.</summary>
    /// <exception cref="SmbException">It does not prove that the server knows the key, too.</exception>
    void Complete(ReadOnlySpan<byte> received);

    /// <summary>At least 16 bytes that both sides know now. A secret: valid until the disposal, copied by nobody.</summary>
    ReadOnlySpan<byte> SessionKey { get; }
}
