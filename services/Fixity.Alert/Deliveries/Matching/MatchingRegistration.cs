using Fixity.Alert.Deliveries.Gatherings;
using Fixity.Alert.Deliveries.Overflow;

namespace Fixity.Alert.Deliveries.Matching;

internal static class MatchingRegistration
{
    /// <summary>From events to deliveries: judged, gathered, written; nothing is sent.</summary>
    public static void AddMatching(this IServiceCollection services)
    {
        services.AddSingleton<PublicSite>();
        services.AddSingleton<DeliveryWriter>();
        services.AddSingleton<EventMatchStore>();
        services.AddSingleton<GatheringStore>();
        services.AddSingleton<OverflowStore>();
        services.AddSingleton<EventMatcher>();
        services.AddSingleton<GatheringWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<EventMatcher>());
        services.AddHostedService(provider => provider.GetRequiredService<GatheringWorker>());
        services.AddHostedService<OverflowWorker>();
        services.AddHostedService<EventListener>();
    }
}
