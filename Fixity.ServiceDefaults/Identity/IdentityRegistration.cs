using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.ServiceDefaults.Identity;

/// <summary>Denies every route by default; a policy of a role's name asks for at least that role.</summary>
public static class IdentityRegistration
{
    internal static void AddGatewayIdentity(this IServiceCollection services)
    {
        services.AddAuthentication(GatewayIdentityHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, GatewayIdentityHandler>(GatewayIdentityHandler.SchemeName, null);
        services.AddRolePolicies();
    }

    public static void AddRolePolicies(this IServiceCollection services)
    {
        var authorization = services.AddAuthorizationBuilder()
            .SetFallbackPolicy(PolicyFor(Roles.Viewer))
            .SetDefaultPolicy(PolicyFor(Roles.Viewer));
        foreach (var role in Roles.All)
        {
            authorization.AddPolicy(role, PolicyFor(role));
        }
    }

    /// <summary>Name of the signed-in user or token.</summary>
    public static string CallerName(this ClaimsPrincipal principal) =>
        principal.Identity?.Name ?? throw new InvalidOperationException("The route was reached without an identity.");

    private static AuthorizationPolicy PolicyFor(string role) => new AuthorizationPolicyBuilder()
        .RequireAuthenticatedUser()
        .RequireAssertion(context =>
            context.User.FindFirstValue(ClaimTypes.Role) is { } held && Roles.Covers(held, role))
        .Build();
}
