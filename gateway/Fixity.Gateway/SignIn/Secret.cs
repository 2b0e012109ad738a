using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Fixity.Gateway.SignIn;

/// <summary>Makes and compares the random words that sessions and API tokens are.</summary>
internal static class Secret
{
    private const int Bytes = 32;

    /// <summary>256 random bits as Base64url: nothing to guess, so a plain SHA-256 of it may be stored.</summary>
    public static string Make() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>Takes the same time wherever the two differ, and whatever their lengths.</summary>
    public static bool AreEqual(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(Hash(one), Hash(other));
}
