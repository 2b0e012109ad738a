using System.Text.Json;
using Fixity.Gateway.SignIn;
using Fixity.Gateway.Users;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace Fixity.Gateway.OpenIdConnect;

/// <summary>Signs people in through the identity provider: the authorization code flow with PKCE.</summary>
internal sealed class IdentityProvider(
    ProviderDocuments documents, CodeExchange exchange, IdTokenReader tokens, SpentStates spent, ProviderUserStore users,
    PublicAddress site, IOptions<OpenIdConnectOptions> options, TimeProvider clock)
{
    public const string CallbackPath = AttemptCookie.Path + "/callback";

    /// <summary>What people call it; null: there is none.</summary>
    public string? DisplayName => options.Value.IsOn ? options.Value.DisplayName : null;

    /// <summary>Its issuer, for records.</summary>
    public string Authority => options.Value.Authority!;

    /// <returns>What the browser keeps, and where it goes.</returns>
    /// <exception cref="ProviderSignInException">The provider cannot be asked.</exception>
    public async Task<(SignInAttempt Attempt, string Address)> BeginAsync(
        HttpRequest request, string? next, CancellationToken cancellation)
    {
        var provider = await documents.MetadataAsync(cancellation);
        var attempt = SignInAttempt.Begin(next, clock.GetUtcNow());
        return (attempt, QueryHelpers.AddQueryString(provider.AuthorizationEndpoint!, new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = options.Value.ClientId,
            ["redirect_uri"] = site.Of(request, CallbackPath),
            ["scope"] = options.Value.Scopes,
            ["state"] = attempt.State,
            ["nonce"] = attempt.Nonce,
            ["code_challenge"] = attempt.Challenge,
            ["code_challenge_method"] = "S256",
        }));
    }

    /// <param name="attempt">What this browser began; null: nothing.</param>
    /// <returns>The user that the provider's answer is about.</returns>
    /// <exception cref="ProviderSignInException">The answer lets nobody in.</exception>
    public async Task<ProviderUser> FinishAsync(
        HttpRequest request, SignInAttempt? attempt, CancellationToken cancellation)
    {
        if (attempt is null || !Secret.AreEqual(request.Query["state"].ToString(), attempt.State))
        {
            throw new ProviderSignInException(
                SignInFailure.Expired, "The answer is not to a sign-in that this browser began a short while ago.");
        }

        if (!await spent.TrySpendAsync(attempt.State, cancellation))
        {
            throw new ProviderSignInException(SignInFailure.Expired, "The answer came a second time.");
        }

        var provider = await documents.MetadataAsync(cancellation);
        var code = CodeIn(request.Query, provider);
        var token = await exchange.RedeemAsync(
            provider, code, attempt, site.Of(request, CallbackPath), cancellation);
        var claims = await tokens.ReadAsync(token, attempt, cancellation);
        return await users.SignInAsync(
            provider.Issuer!, claims.GetProperty("sub").GetString()!, NameIn(claims), RoleIn(claims), cancellation);
    }

    /// <summary>Where a person goes to be signed out of the provider too.</summary>
    /// <returns>Null where the provider has no such place, or does not answer: signed out of here one is in any case.</returns>
    public async Task<string?> EndSessionUrlAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (!options.Value.IsOn)
        {
            return null;
        }

        try
        {
            return (await documents.MetadataAsync(cancellation)).EndSessionEndpoint is { } place
                ? QueryHelpers.AddQueryString(place, new Dictionary<string, string?>
                {
                    ["client_id"] = options.Value.ClientId,
                    ["post_logout_redirect_uri"] = site.Of(request, "/sign-in"),
                })
                : null;
        }
        catch (ProviderSignInException)
        {
            return null;
        }
    }

    private static string CodeIn(IQueryCollection query, ProviderMetadata provider)
    {
        var speaker = query["iss"].ToString();
        if (speaker.Length > 0 ? speaker != provider.Issuer : provider.NamesItself)
        {
            throw new ProviderSignInException(
                SignInFailure.InvalidAnswer, $"The answer comes from the provider '{speaker}', who was not asked.");
        }

        if (query["error"].ToString() is { Length: > 0 } error)
        {
            throw new ProviderSignInException(
                error == "access_denied" ? SignInFailure.Cancelled : SignInFailure.ProviderError,
                $"The provider says {Shown(error)}: {Shown(query["error_description"].ToString())}");
        }

        return query["code"].ToString() is { Length: > 0 } code
            ? code
            : throw new ProviderSignInException(SignInFailure.InvalidAnswer, "The answer holds no code.");
    }

    private string NameIn(JsonElement claims) =>
        ((string[])[options.Value.NameClaim, "email"])
            .SelectMany(claim => ClaimReader.Texts(claims, claim))
            .Select(name => name.Trim())
            .FirstOrDefault(UserValidation.CanBeName)
        ?? throw new ProviderSignInException(
            SignInFailure.NoName, $"The claim {options.Value.NameClaim} holds nothing that can be a user name.");

    private Role RoleIn(JsonElement claims)
    {
        var values = ClaimReader.Texts(claims, options.Value.RoleClaim);
        return options.Value.RoleMap.Highest(values)
            ?? throw new ProviderSignInException(
                SignInFailure.NoRole,
                $"The claim {options.Value.RoleClaim} of {Shown(claims.GetProperty("sub").GetString()!)} holds no role's value: "
                + Shown(string.Join(", ", values)));
    }

    // What somebody else wrote goes into a log and a record: one line of it, and not a book.
    private static string Shown(string text)
    {
        var line = string.Concat(text.Take(300).Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length < text.Length ? line + "…" : line;
    }
}
