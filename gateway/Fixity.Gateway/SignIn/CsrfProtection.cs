namespace Fixity.Gateway.SignIn;

/// <summary>Refuses what another site makes a signed-in browser send: foreign Origin, or no token of the session's.</summary>
internal static class CsrfProtection
{
    public const string Header = "X-CSRF-Token";

    /// <summary>After authentication, before everything that changes something, the proxied routes included.</summary>
    public static void UseCsrfProtection(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var request = context.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
        {
            return next(context);
        }

        if (request.Headers.Origin is { Count: > 0 } origin && !IsOurs(origin.ToString(), request))
        {
            return SignInProblems.ForeignOrigin().ExecuteAsync(context);
        }

        // Only a session stands for a cookie: a bearer token is never sent by a browser on its own.
        return context.Features.Get<Session>() is { } session
            && !Secret.AreEqual(request.Headers[Header].ToString(), session.CsrfToken)
                ? SignInProblems.InvalidCsrfToken().ExecuteAsync(context)
                : next(context);
    });

    // https is ours too when the request came as http: a proxy in front of us ended the encryption.
    private static bool IsOurs(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && (uri.Scheme == request.Scheme || uri.Scheme == Uri.UriSchemeHttps)
        && HostString.FromUriComponent(uri) is var host
        && string.Equals(host.Host, request.Host.Host, StringComparison.OrdinalIgnoreCase)
        && (host.Port ?? DefaultPort(uri.Scheme)) == (request.Host.Port ?? DefaultPort(uri.Scheme));

    private static int DefaultPort(string scheme) => scheme == Uri.UriSchemeHttps ? 443 : 80;
}
