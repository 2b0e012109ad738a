namespace Fixity.Alert.Webhooks.Trials;

internal static class TrialRegistration
{
    public static void AddTrials(this IServiceCollection services)
    {
        services.AddSingleton<UnsavedWebhooks>();
        services.AddSingleton<WebhookTrial>();
    }
}
