using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Fixity.Gateway.OpenIdConnect;

/// <summary>Gives the provider the code that the browser brought, and gets the id token for it.</summary>
internal sealed class CodeExchange(IHttpClientFactory clients, IOptions<OpenIdConnectOptions> options)
{
    /// <returns>The id token as it came.</returns>
    /// <exception cref="ProviderSignInException">There was none.</exception>
    public async Task<string> RedeemAsync(
        ProviderMetadata provider, string code, SignInAttempt attempt, string redirectUri, CancellationToken cancellation)
    {
        using var client = clients.CreateClient(ProviderDocuments.ClientName);
        using var request = RequestFor(provider, code, attempt, redirectUri);
        try
        {
            using var answer = await client.SendAsync(request, cancellation);
            using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellation));
            return answer.IsSuccessStatusCode && Text(body.RootElement, "id_token") is { } token
                ? token
                : throw new ProviderSignInException(
                    SignInFailure.ProviderError,
                    $"The provider gave no id token for the code: {(int)answer.StatusCode} {Said(body.RootElement)}");
        }
        catch (Exception e) when (ProviderDocuments.IsOfTheProvider(e, cancellation))
        {
            throw new ProviderSignInException(SignInFailure.Unreachable, $"{provider.TokenEndpoint}: {e.Message}", e);
        }
    }

    private HttpRequestMessage RequestFor(
        ProviderMetadata provider, string code, SignInAttempt attempt, string redirectUri)
    {
        var client = options.Value;
        var fields = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = redirectUri,
            ["code_verifier"] = attempt.Verifier,
        };
        var request = new HttpRequestMessage(HttpMethod.Post, provider.TokenEndpoint);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (client.ClientSecret is { Length: > 0 } secret && TakesBasic(provider))
        {
            // RFC 6749, 2.3.1: both are form-encoded before they become a user name and a password.
            var both = $"{FormEncode(client.ClientId!)}:{FormEncode(secret)}";
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(both)));
        }
        else
        {
            fields["client_id"] = client.ClientId!;
            if (client.ClientSecret is { Length: > 0 } posted)
            {
                fields["client_secret"] = posted;
            }
        }

        request.Content = new FormUrlEncodedContent(fields);
        return request;
    }

    // What a provider that does not say takes, by the standard.
    private static bool TakesBasic(ProviderMetadata provider) =>
        provider.AuthenticationMethods is not { Count: > 0 } methods || methods.Contains("client_secret_basic");

    private static string FormEncode(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);

    private static string Said(JsonElement body) => $"{Text(body, "error")} {Text(body, "error_description")}".Trim();

    private static string? Text(JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
