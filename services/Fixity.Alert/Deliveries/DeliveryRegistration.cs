using Fixity.Alert.Deliveries.Attempts;
using Fixity.Alert.Deliveries.Backlog;
using Fixity.Alert.Deliveries.Matching;
using Fixity.Alert.Deliveries.Sending;

namespace Fixity.Alert.Deliveries;

internal static class DeliveryRegistration
{
    public static void AddDeliveries(this IServiceCollection services)
    {
        services.AddSingleton<DeliveryMetrics>();
        services.AddSingleton<DeliveryQueries>();
        services.AddSingleton<AttemptQueries>();
        services.AddSingleton<BacklogMetrics>();
        services.AddSingleton<BacklogQueries>();
        services.AddMatching();
        services.AddSending();
        services.AddHostedService(provider => provider.GetRequiredService<DeliveryWorker>());
        services.AddHostedService<BacklogWorker>();
    }
}
