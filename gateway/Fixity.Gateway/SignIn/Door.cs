using Microsoft.Extensions.Options;

namespace Fixity.Gateway.SignIn;

/// <summary>What every way through the door needs, in one parameter.</summary>
internal sealed record Door(
    SessionStore Sessions, PasswordHasher Passwords, SignInThrottle Throttle, SignInMetrics Metrics,
    IOptions<GatewayOptions> Options);
