using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Fixity.Gateway.SignIn;

/// <summary>Turns passwords into what may be stored: PBKDF2-HMAC-SHA512, salted, with its cost, so that the cost can rise.</summary>
/// <remarks>Form: <c>pbkdf2-sha512$iterations$salt$hash</c>, the last two in Base64.</remarks>
internal sealed class PasswordHasher(IOptions<GatewayOptions> options)
{
    private const string Scheme = "pbkdf2-sha512";
    private const int SaltBytes = 16;
    private const int HashBytes = 64;

    private string? _nobody;

    public string Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var iterations = options.Value.PasswordIterations;
        return string.Join('$', Scheme, iterations.ToString(CultureInfo.InvariantCulture),
            Convert.ToBase64String(salt), Convert.ToBase64String(Derive(password, salt, iterations)));
    }

    /// <summary>Compares in a time that does not depend on the password.</summary>
    /// <param name="stored">Null when there is no such user, or one without a password: the same work is done, and the answer is no.</param>
    public bool Verify(string? stored, string password)
    {
        // Not a constant: its cost must be that of the real ones.
        var parts = (stored ?? (_nobody ??= Hash(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))))).Split('$');
        if (parts is not [Scheme, var cost, var salt, var expected])
        {
            throw new InvalidOperationException("A stored password hash is not of a form that this version knows.");
        }

        var tried = password.Length <= PasswordRules.MaximumLength ? password : "";
        var iterations = int.Parse(cost, CultureInfo.InvariantCulture);
        var actual = Derive(tried, Convert.FromBase64String(salt), iterations);
        if (options.Value.PasswordIterations - iterations is > 0 and var missing)
        {
            // A hash of before the cost was raised would answer sooner than no hash at all, and so tell that it is there.
            _ = Derive(tried, Convert.FromBase64String(salt), missing);
        }

        return CryptographicOperations.FixedTimeEquals(actual, Convert.FromBase64String(expected))
            && stored is not null && password.Length <= PasswordRules.MaximumLength;
    }

    /// <summary>Whether the hash was made at another cost than today's.</summary>
    public bool IsOutdated(string stored) =>
        !stored.StartsWith(
            string.Create(CultureInfo.InvariantCulture, $"{Scheme}${options.Value.PasswordIterations}$"),
            StringComparison.Ordinal);

    private static byte[] Derive(string password, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA512, HashBytes);
}
