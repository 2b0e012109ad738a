using System.Buffers.Text;
using System.Text.Json;
using Fixity.Gateway.SignIn;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Fixity.Gateway.OpenIdConnect;

/// <summary>Reads an id token, if it is the provider's, for us, for this sign-in, and good now.</summary>
/// <remarks>The checks are those of OpenID Connect Core 1.0, 3.1.3.7, and of RFC 8725.</remarks>
internal sealed class IdTokenReader(
    ProviderDocuments provider, IOptions<OpenIdConnectOptions> options, TimeProvider clock)
{
    private const int LongestToken = 100_000;

    // Whatever a token's header says: neither "none" nor an HMAC, whose key would be the public one.
    private static readonly string[] Believed =
        [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.EcdsaSha256];

    // Clocks differ by so much, and no more than this is forgiven.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(2);

    private readonly JsonWebTokenHandler _tokens = new() { MaximumTokenSizeInBytes = LongestToken };

    /// <returns>What it says.</returns>
    /// <exception cref="ProviderSignInException">It is not to be believed.</exception>
    public async Task<JsonElement> ReadAsync(string token, SignInAttempt attempt, CancellationToken cancellation)
    {
        var metadata = await provider.MetadataAsync(cancellation);
        var result = await _tokens.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = metadata.Issuer,
            ValidAudience = options.Value.ClientId,
            ValidAlgorithms = Believed,
            LifetimeValidator = (from, until, _, _) => IsGoodNow(from, until),
            IssuerSigningKeys = await provider.KeysAsync(KeyIdOf(token), cancellation),
        });
        if (!result.IsValid || result.SecurityToken is not JsonWebToken read)
        {
            throw Invalid(result.Exception?.Message ?? "it is no signed token", result.Exception);
        }

        var claims = Payload(read);
        return Complaint(read, claims, attempt) is { } complaint ? throw Invalid(complaint) : claims;
    }

    private string? KeyIdOf(string token)
    {
        try
        {
            return _tokens.ReadJsonWebToken(token).Kid;
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException)
        {
            throw Invalid("it cannot be read", e);
        }
    }

    private bool IsGoodNow(DateTime? from, DateTime? until)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return now < until + Skew && (from is null || from <= now + Skew);
    }

    // What the library, which knows nothing of a sign-in, leaves to us.
    private string? Complaint(JsonWebToken token, JsonElement claims, SignInAttempt attempt)
    {
        var now = clock.GetUtcNow();
        var party = Text(claims, "azp");
        return claims switch
        {
            _ when token.TryGetHeaderValue<object>("crit", out var _) => "its header holds critical extensions",
            _ when (party is null && token.Audiences.Count() > 1) || (party is not null && party != options.Value.ClientId) =>
                $"it was given to '{party}'",
            // Made for this sign-in: not before it was begun, nor later than now.
            _ when Time(claims, "iat") is not { } made || made > now + Skew || made < attempt.StartedAt - Skew =>
                "it was not made for this sign-in",
            _ when Text(claims, "nonce") is not { } nonce || !Secret.AreEqual(nonce, attempt.Nonce) => "its nonce is another",
            _ when Text(claims, "sub") is not { Length: > 0 and <= 255 } => "it does not say who it is about",
            _ => null,
        };
    }

    private static JsonElement Payload(JsonWebToken token)
    {
        try
        {
            // Of two claims of one name the library may have looked at the other one.
            return JsonElement.Parse(
                Base64Url.DecodeFromChars(token.EncodedPayload),
                new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            throw Invalid("it says something twice", e);
        }
    }

    private static string? Text(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DateTimeOffset? Time(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out var seconds) && seconds is >= 0 and < 253_402_300_799
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
            : null;

    private static ProviderSignInException Invalid(string why, Exception? cause = null) =>
        new(SignInFailure.InvalidAnswer, $"The provider's id token was refused: {why}", cause);
}
