namespace Fixity.Gateway.SignIn;

/// <summary>Refuses what another site makes a signed-in browser send: foreign origin, or no token of the session's.</summary>
internal static class CsrfProtection
{
    public const string Header = "X-CSRF-Token";

    // A browser keeps the answer of a read from a foreign page, but not the connection that a stream holds here.
    private const string EventStream = "/api/v1/events";
    private const string FetchSite = "Sec-Fetch-Site";

    /// <summary>After authentication, before everything that changes something, the proxied routes included.</summary>
    public static void UseCsrfProtection(this WebApplication app)
    {
        var site = app.Services.GetRequiredService<PublicAddress>();
        app.Use((context, next) =>
        {
            var request = context.Request;
            var isRead =
                HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method);
            if (isRead && !request.Path.StartsWithSegments(EventStream))
            {
                return next(context);
            }

            if (IsForeign(request, site))
            {
                return SignInProblems.ForeignOrigin().ExecuteAsync(context);
            }

            if (isRead)
            {
                return next(context);
            }

            // Only a session stands for a cookie: a bearer token is never sent by a browser on its own.
            return context.Features.Get<Session>() is { } session
                && !Secret.AreEqual(request.Headers[Header].ToString(), session.CsrfToken)
                    ? SignInProblems.InvalidCsrfToken().ExecuteAsync(context)
                    : next(context);
        });
    }

    // What the browser says itself, which no page can change, counts more than a comparison with a Host header that a
    // proxy in between may have rewritten. Programs send neither; theirs is the token.
    private static bool IsForeign(HttpRequest request, PublicAddress site) => request.Headers[FetchSite].ToString() switch
    {
        "same-origin" or "none" => false,
        "" => request.Headers.Origin is { Count: > 0 } origin && !site.IsOrigin(origin.ToString(), request),
        _ => true,
    };
}
