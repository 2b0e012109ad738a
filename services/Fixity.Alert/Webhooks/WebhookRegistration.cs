using Fixity.ServiceDefaults.Secrets;

namespace Fixity.Alert.Webhooks;

internal static class WebhookRegistration
{
    public static void AddWebhooks(this IServiceCollection services)
    {
        services.AddSingleton(provider =>
            new SecretBox(provider.GetRequiredService<IConfiguration>()[SecretBox.KeySetting]));
        services.AddSingleton<WebhookSecrets>();
        services.AddSingleton<WebhookStore>();
        services.AddSingleton<WebhookQueries>();
    }
}
