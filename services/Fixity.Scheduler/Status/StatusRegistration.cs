namespace Fixity.Scheduler.Status;

internal static class StatusRegistration
{
    public static void AddStatus(this IServiceCollection services)
    {
        services.AddSingleton(SchedulerReplica.OfThisProcess());
        services.AddSingleton<StatusQueries>();
        services.AddSingleton<MetricsQueries>();
        services.AddSingleton<HealthQueries>();
        services.AddHostedService<PresenceWorker>();
    }
}
