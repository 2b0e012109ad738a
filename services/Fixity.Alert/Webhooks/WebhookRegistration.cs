using Fixity.Alert.Deliveries.Messages;
using Fixity.Alert.Webhooks.Trials;
using Fixity.ServiceDefaults.Secrets;

namespace Fixity.Alert.Webhooks;

internal static class WebhookRegistration
{
    public static void AddWebhooks(this IServiceCollection services)
    {
        services.AddSealedSecrets<WebhookSecrets>();
        services.AddSingleton<WebhookSecrets>();
        services.AddSingleton<WebhookStore>();
        services.AddSingleton<WebhookQueries>();
        services.AddSingleton<WebhookChecks>();
        services.AddSingleton<IWebhookCheck, TemplateCheck>();
        services.AddTrials();
    }
}
