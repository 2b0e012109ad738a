using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fixity.ServiceDefaults.Identity;

/// <summary>Lets a service accept only what came through the gateway.</summary>
internal sealed class GatewayIdentityHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    TimeProvider clock, IConfiguration configuration)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Gateway";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers[CallerIdentity.Header].ToString();
        if (header.Length == 0)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var key = CallerIdentity.KeyFrom(configuration[CallerIdentity.KeySetting]);
        return Task.FromResult(CallerIdentity.Verify(header, key, clock.GetUtcNow()) is { } caller
            ? AuthenticateResult.Success(new AuthenticationTicket(PrincipalOf(caller), SchemeName))
            : AuthenticateResult.Fail("The identity was not signed by this gateway, or is too old."));
    }

    private static ClaimsPrincipal PrincipalOf(CallerIdentity caller) => new(new ClaimsIdentity(
        [
            new Claim(ClaimTypes.Name, caller.Name),
            new Claim(ClaimTypes.Role, caller.Role),
            .. Confinement.ClaimsOf(caller.Targets),
        ],
        SchemeName));
}
