using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Fixity.Smb.Crypto;

namespace Fixity.Smb.Authentication;

/// <summary>Logs in with user and password by NTLMv2. The password itself is forgotten at once; its hash on disposal.</summary>
public sealed class NtlmAuthenticator : ISmbAuthenticator, IDisposable
{
    private readonly byte[] _passwordHash = new byte[Md4.HashBytes];
    private readonly string _user;
    private readonly string _domain;

    /// <param name="login">
    /// <c>user</c>, <c>DOMAIN\user</c> or <c>user@realm</c>, where the realm is taken for the domain: a server of its own
    /// takes any, and one of a domain takes its DNS name. Never empty: nobody is nobody here.
    /// </param>
    public NtlmAuthenticator(string login, ReadOnlySpan<char> password)
    {
        var backslash = login.IndexOf('\\', StringComparison.Ordinal);
        var at = login.LastIndexOf('@');
        (_domain, _user) = backslash >= 0 ? (login[..backslash], login[(backslash + 1)..])
            : at > 0 ? (login[(at + 1)..], login[..at])
            : ("", login);
        ArgumentException.ThrowIfNullOrWhiteSpace(_user, nameof(login));

        // UTF-16 in this machine's order, which is the wire's wherever .NET runs.
        Md4.Hash(MemoryMarshal.AsBytes(password), _passwordHash);
    }

    public string Name => _domain.Length == 0 ? _user : $@"{_domain}\{_user}";

    public ISmbLogin Begin(string host) => new NtlmLogin(NtlmKeys.Response(_passwordHash, _user, _domain), _user, _domain, host);

    public void Dispose() => CryptographicOperations.ZeroMemory(_passwordHash);

    public override string ToString() => Name;
}
