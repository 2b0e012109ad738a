using System.Security.Cryptography;
using Fixity.Smb.Authentication;
using Fixity.Testing.Smb;

namespace Fixity.Smb.Tests.Live;

/// <summary>Opens the shares of a test's server, and reads them in the ways that tests want.</summary>
internal static class Shares
{
    public static SmbOptions OptionsOf(SmbServer server, string share = "data") => new()
    {
        Host = "127.0.0.1",
        Port = server.Port,
        Share = share,
        Authenticator = new NtlmAuthenticator(SmbServer.User, server.Password),
        IoTimeout = TimeSpan.FromSeconds(10),
        ReconnectFor = TimeSpan.Zero,
    };

    public static SmbShare Open(SmbServer server, Func<SmbOptions, SmbOptions>? with = null) =>
        new((with ?? (options => options))(OptionsOf(server)));

    public static async Task<string> HashAsync(SmbShare share, string path, int bufferBytes = 1024 * 1024)
    {
        await using var file = await share.OpenAsync(path, CancellationToken.None);
        return await HashAsync(file, bufferBytes);
    }

    public static async Task<string> HashAsync(SmbFile file, int bufferBytes = 1024 * 1024)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[bufferBytes];
        int read;
        for (var offset = 0L; (read = await file.ReadAsync(offset, buffer, CancellationToken.None)) > 0; offset += read)
        {
            hash.AppendData(buffer, 0, read);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public static string LocalHash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    /// <summary>A file of random bytes, the same for the same seed.</summary>
    public static string Make(SmbServer server, string name, long bytes, int seed = 1)
    {
        var path = Path.Combine(server.Data, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var random = new Random(seed);
        var buffer = new byte[Math.Min(1024 * 1024, Math.Max(1, bytes))];
        using var file = File.Create(path);
        for (var left = bytes; left > 0; left -= buffer.Length)
        {
            random.NextBytes(buffer);
            file.Write(buffer.AsSpan(0, (int)Math.Min(left, buffer.Length)));
        }

        return path;
    }

    public static async Task<SmbException> RefusedAsync(SmbServer server, Func<SmbOptions, SmbOptions>? with = null)
    {
        await using var share = Open(server, with);
        return await Assert.ThrowsAsync<SmbException>(() => share.ConnectAsync(CancellationToken.None));
    }
}
