namespace Fixity.Gateway.Tokens;

internal static class TokenRegistration
{
    public static void AddTokens(this IServiceCollection services) => services.AddSingleton<TokenStore>();
}
