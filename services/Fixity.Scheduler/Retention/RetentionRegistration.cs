namespace Fixity.Scheduler.Retention;

internal static class RetentionRegistration
{
    public static void AddRetention(this IServiceCollection services)
    {
        services.AddSingleton<RetentionStore>();
        services.AddSingleton<RetentionRunner>();
        services.AddHostedService<RetentionWorker>();
    }
}
