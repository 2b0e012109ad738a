using Fixity.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Authentication;

namespace Fixity.Gateway.SignIn;

internal static class SignInRegistration
{
    public static void AddSignIn(this IServiceCollection services)
    {
        services.AddSingleton<PublicAddress>();
        services.AddSingleton<SessionStore>();
        services.AddSingleton<PasswordHasher>();
        services.AddSingleton<SignInThrottle>();
        services.AddSingleton<SignInMetrics>();
        services.AddSingleton<Door>();
        services.AddAuthentication(FrontDoorHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, FrontDoorHandler>(FrontDoorHandler.SchemeName, null);
        services.AddRolePolicies();
    }
}
