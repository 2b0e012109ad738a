using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Fixity.ServiceDefaults.Identity;

/// <summary>Who calls, as the gateway vouches for it to the services: signed, and good for a minute.</summary>
/// <param name="Name">User or token name, for records of who did what.</param>
/// <param name="Role">viewer, operator or admin.</param>
/// <param name="Targets">The only ones that the caller may know of; null: all.</param>
public sealed record CallerIdentity(string Name, string Role, IReadOnlyList<int>? Targets = null)
{
    /// <summary>Header that carries it. The gateway strips it from every request that comes from outside.</summary>
    public const string Header = "X-Fixity-Identity";

    /// <summary>Configuration key of the secret that gateway and services share; at least 32 characters.</summary>
    public const string KeySetting = "Fixity:GatewayKey";

    private const string Free = "v1.";

    // Another word, so that a service of an older version, which knows no confinement, refuses what it could not keep.
    private const string Confined = "v2.";

    // Covers a clock that is a little off and a request that waits, no more.
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    public string Sign(byte[] key, DateTimeOffset now)
    {
        var claims = JsonSerializer.SerializeToUtf8Bytes(
            new Claims(Name, Role, now.Add(Lifetime).ToUnixTimeSeconds(), Targets));
        var body = (Targets is null ? Free : Confined) + Base64Url.EncodeToString(claims);
        return body + "." + Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(body)));
    }

    /// <returns>Null for anything that this key did not sign, or that is too old.</returns>
    public static CallerIdentity? Verify(string header, byte[] key, DateTimeOffset now)
    {
        var end = header.LastIndexOf('.');
        var isConfined = header.StartsWith(Confined, StringComparison.Ordinal);
        if (end < Free.Length || !(isConfined || header.StartsWith(Free, StringComparison.Ordinal)))
        {
            return null;
        }

        try
        {
            var signature = Base64Url.DecodeFromChars(header.AsSpan(end + 1));
            var expected = HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(header[..end]));
            if (!CryptographicOperations.FixedTimeEquals(signature, expected))
            {
                return null;
            }

            var claims = JsonSerializer.Deserialize<Claims>(Base64Url.DecodeFromChars(header.AsSpan(Free.Length, end - Free.Length)));
            return claims is not null && now.ToUnixTimeSeconds() <= claims.Expires && isConfined == claims.Targets is not null
                ? new CallerIdentity(claims.Name, claims.Role, claims.Targets)
                : null;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    /// <exception cref="InvalidOperationException">No key, or one too short to be a secret.</exception>
    public static byte[] KeyFrom(string? configured) =>
        configured is { Length: >= 32 }
            ? Encoding.UTF8.GetBytes(configured)
            : throw new InvalidOperationException(
                $"{KeySetting} must hold the secret that gateway and services share, at least 32 characters.");

    private sealed record Claims(string Name, string Role, long Expires, IReadOnlyList<int>? Targets = null);
}
