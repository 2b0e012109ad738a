using System.Net;

namespace Fixity.Gateway.SignIn;

/// <summary>The cookie that holds the session's token.</summary>
internal static class SessionCookie
{
    public const string Name = "fixity_session";

    public static string? Read(HttpRequest request) =>
        request.Cookies.TryGetValue(Name, out var token) && token.Length > 0 ? token : null;

    public static void Write(HttpContext context, string token, TimeSpan lifetime) =>
        context.Response.Cookies.Append(Name, token, OptionsFor(context.Request, lifetime));

    public static void Clear(HttpContext context) =>
        context.Response.Cookies.Delete(Name, OptionsFor(context.Request, null));

    /// <summary>Plain http within one machine is the only place where nobody listens in.</summary>
    public static bool IsSecure(HttpRequest request) => request.IsHttps || !IsLoopback(request.Host.Host);

    private static CookieOptions OptionsFor(HttpRequest request, TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = IsSecure(request),
        Path = "/",
        MaxAge = lifetime,
        IsEssential = true,
    };

    private static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
