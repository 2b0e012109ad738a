namespace Fixity.Gateway;

/// <summary>Where people reach this gateway: <c>Fixity:PublicUrl</c>, or what the request was sent to where that is not set.</summary>
internal sealed class PublicAddress
{
    public const string Setting = "Fixity:PublicUrl";

    private readonly Uri? _configured;

    /// <exception cref="InvalidOperationException">It is set, and no absolute http or https address.</exception>
    public PublicAddress(IConfiguration configuration)
    {
        var text = configuration[Setting];
        if (!string.IsNullOrWhiteSpace(text))
        {
            _configured = Uri.TryCreate(text, UriKind.Absolute, out var uri)
                && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
                ? uri
                : throw new InvalidOperationException(
                    $"{Setting} must be an absolute http or https address, such as https://fixity.example.org.");
        }
    }

    /// <param name="path">Begins with a slash.</param>
    public string Of(HttpRequest request, string path) => _configured is null
        ? $"{request.Scheme}://{request.Host}{path}"
        : _configured.GetLeftPart(UriPartial.Path).TrimEnd('/') + path;

    /// <summary>Whether an Origin header names this site.</summary>
    public bool IsOrigin(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && ((_configured is not null && uri.GetLeftPart(UriPartial.Authority) == _configured.GetLeftPart(UriPartial.Authority))
            || IsHostOf(uri, request));

    // https is ours too when the request came as http: a proxy in front of us ended the encryption.
    private static bool IsHostOf(Uri origin, HttpRequest request) =>
        (origin.Scheme == request.Scheme || origin.Scheme == Uri.UriSchemeHttps)
        && HostString.FromUriComponent(origin) is var host
        && string.Equals(host.Host, request.Host.Host, StringComparison.OrdinalIgnoreCase)
        && (host.Port ?? DefaultPort(origin.Scheme)) == (request.Host.Port ?? DefaultPort(origin.Scheme));

    private static int DefaultPort(string scheme) => scheme == Uri.UriSchemeHttps ? 443 : 80;
}
