namespace Fixity.Gateway.Spa;

/// <summary>Headers that keep a browser from doing with our answers what they are not meant for.</summary>
internal static class SecurityHeaders
{
    // Mantine inserts its styles as style elements; scripts come from files only.
    private const string ContentSecurityPolicy =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; "
        + "base-uri 'self'; frame-ancestors 'none'; form-action 'self'";

    private const string TransportSecurity = "max-age=31536000";

    /// <summary>On everything, failures and passed-on answers included.</summary>
    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.Response.OnStarting(Add, context);
        return next(context);
    });

    private static Task Add(object state)
    {
        var context = (HttpContext)state;
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        if (context.Request.IsHttps)
        {
            headers.StrictTransportSecurity = TransportSecurity;
        }

        // Answers depend on who asks.
        if (context.Request.Path.StartsWithSegments("/api") && headers.CacheControl.Count == 0)
        {
            headers.CacheControl = "no-store";
        }

        return Task.CompletedTask;
    }
}
