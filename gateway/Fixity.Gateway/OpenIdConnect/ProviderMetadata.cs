using System.Text.Json.Serialization;

namespace Fixity.Gateway.OpenIdConnect;

/// <summary>What of the provider's discovery document is needed; the names are those of OpenID Connect Discovery 1.0.</summary>
/// <param name="AuthenticationMethods">How a client may prove itself at the token endpoint.</param>
/// <param name="NamesItself">Whether each answer says which provider gives it (RFC 9207).</param>
internal sealed record ProviderMetadata(
    [property: JsonPropertyName("issuer")] string? Issuer,
    [property: JsonPropertyName("authorization_endpoint")] string? AuthorizationEndpoint,
    [property: JsonPropertyName("token_endpoint")] string? TokenEndpoint,
    [property: JsonPropertyName("jwks_uri")] string? KeysAddress,
    [property: JsonPropertyName("end_session_endpoint")] string? EndSessionEndpoint,
    [property: JsonPropertyName("token_endpoint_auth_methods_supported")] IReadOnlyList<string>? AuthenticationMethods,
    [property: JsonPropertyName("authorization_response_iss_parameter_supported")] bool NamesItself)
{
    /// <summary>Whether what is sent there is out of reach of whoever listens on the way.</summary>
    public static bool IsSafe(string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));

    /// <returns>What is wrong with the document; null: nothing.</returns>
    public string? Complaint(string authority) => this switch
    {
        // One that speaks for another provider could have anybody's answers taken for that one's.
        _ when Issuer?.TrimEnd('/') != authority.TrimEnd('/') => $"its issuer is '{Issuer}', not '{authority}'",
        _ when !IsSafe(AuthorizationEndpoint) => "its authorization_endpoint is no https address",
        _ when !IsSafe(TokenEndpoint) => "its token_endpoint is no https address",
        _ when !IsSafe(KeysAddress) => "its jwks_uri is no https address",
        _ when EndSessionEndpoint is not null && !IsSafe(EndSessionEndpoint) => "its end_session_endpoint is no https address",
        _ => null,
    };
}
