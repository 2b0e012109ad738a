using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Fixity.Gateway.SignIn;
using Fixity.ServiceDefaults.Identity;

namespace Fixity.Gateway.OpenIdConnect;

/// <summary>The cookie that holds a <see cref="SignInAttempt"/>, encrypted: its verifier is nobody's business.</summary>
/// <remarks>
/// The key is derived of the one that gateway and services share, so that any replica can read what another wrote. It is
/// SameSite=Lax, alone of all our cookies: the answer comes by a redirect from the provider's site.
/// </remarks>
internal sealed class AttemptCookie(IConfiguration configuration, TimeProvider clock)
{
    public const string Name = "fixity_signin";
    public const string Path = "/api/v1/auth/oidc";

    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] _key = HKDF.DeriveKey(
        HashAlgorithmName.SHA256, CallerIdentity.KeyFrom(configuration[CallerIdentity.KeySetting]), 32,
        info: "fixity sign-in attempt v1"u8.ToArray());

    public void Write(HttpContext context, SignInAttempt attempt)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(attempt);
        var box = new byte[NonceBytes + TagBytes + plain.Length];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceBytes));
        using var cipher = new AesGcm(_key, TagBytes);
        cipher.Encrypt(
            box.AsSpan(0, NonceBytes), plain, box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes));
        context.Response.Cookies.Append(
            Name, Base64Url.EncodeToString(box), OptionsFor(context.Request, SignInAttempt.Lifetime));
    }

    /// <summary>Takes the cookie away from the browser: an attempt has one end.</summary>
    /// <returns>Null for none, for what we did not write, and for one that is too old.</returns>
    public SignInAttempt? Take(HttpContext context)
    {
        if (!context.Request.Cookies.TryGetValue(Name, out var text) || text.Length == 0)
        {
            return null;
        }

        context.Response.Cookies.Delete(Name, OptionsFor(context.Request, null));
        return Read(text) is { } attempt && clock.GetUtcNow() - attempt.StartedAt < SignInAttempt.Lifetime ? attempt : null;
    }

    private SignInAttempt? Read(string text)
    {
        try
        {
            var box = Base64Url.DecodeFromChars(text);
            if (box.Length <= NonceBytes + TagBytes)
            {
                return null;
            }

            var plain = new byte[box.Length - NonceBytes - TagBytes];
            using var cipher = new AesGcm(_key, TagBytes);
            cipher.Decrypt(
                box.AsSpan(0, NonceBytes), box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes), plain);
            return JsonSerializer.Deserialize<SignInAttempt>(plain);
        }
        catch (Exception e) when (e is FormatException or CryptographicException or JsonException)
        {
            return null;
        }
    }

    private static CookieOptions OptionsFor(HttpRequest request, TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = SessionCookie.IsSecure(request),
        Path = Path,
        MaxAge = lifetime,
        IsEssential = true,
    };
}
