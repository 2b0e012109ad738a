using Microsoft.Extensions.Options;

namespace Fixity.Gateway.OpenIdConnect;

internal static class OpenIdConnectRegistration
{
    // A discovery document has a few kB, a key set and an answer to a code not many more.
    private const int LongestAnswer = 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static void AddOpenIdConnect(this IServiceCollection services)
    {
        services.AddOptions<OpenIdConnectOptions>().BindConfiguration(OpenIdConnectOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<OpenIdConnectOptions>, OpenIdConnectOptionsValidator>();
        services.AddHttpClient(ProviderDocuments.ClientName, static client =>
        {
            client.Timeout = Patience;
            client.MaxResponseContentBufferSize = LongestAnswer;
        }).ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler
        {
            // Where the provider's documents lead was checked; where a redirect leads was not.
            AllowAutoRedirect = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        });
        services.AddSingleton<ProviderDocuments>();
        services.AddSingleton<IdTokenReader>();
        services.AddSingleton<CodeExchange>();
        services.AddSingleton<AttemptCookie>();
        services.AddSingleton<SpentStates>();
        services.AddSingleton<ProviderUserStore>();
        services.AddSingleton<IdentityProvider>();
    }
}
