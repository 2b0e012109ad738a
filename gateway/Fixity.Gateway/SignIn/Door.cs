using Fixity.Gateway.Audit;
using Microsoft.Extensions.Options;

namespace Fixity.Gateway.SignIn;

/// <summary>What every way through the door needs, in one parameter.</summary>
internal sealed record Door(
    SessionStore Sessions, PasswordHasher Passwords, SignInThrottle Throttle, SignInMetrics Metrics,
    IOptions<GatewayOptions> Options)
{
    /// <summary>Always a new session: a token that somebody planted before the sign-in is worth nothing after it.</summary>
    /// <returns>The session's CSRF token.</returns>
    public async Task<string> BeginAsync(HttpContext context, int userId, CancellationToken cancellation)
    {
        if (SessionCookie.Read(context.Request) is { } old)
        {
            await Sessions.EndAsync(old, cancellation);
        }

        var (token, csrf) = await Sessions.BeginAsync(
            userId, AuditLog.AddressOf(context), context.Request.Headers.UserAgent.ToString(), cancellation);
        SessionCookie.Write(context, token, Options.Value.SessionLifetime);
        return csrf;
    }
}
