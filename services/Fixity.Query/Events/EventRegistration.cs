namespace Fixity.Query.Events;

/// <summary>What live events need: who listens, who publishes, who is told.</summary>
internal static class EventRegistration
{
    public static void AddEvents(this IServiceCollection services)
    {
        services.AddSingleton<EventMetrics>();
        services.AddSingleton<EventHub>();
        services.AddSingleton<PendingProgress>();
        services.AddSingleton<EventReader>();
        services.AddSingleton<EventReplay>();
        services.AddHostedService<ListenWorker>();
        services.AddHostedService<PublishWorker>();
    }
}
