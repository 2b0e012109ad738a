namespace Fixity.Scheduler.Scans;

internal static class ScanRegistration
{
    public static void AddScans(this IServiceCollection services)
    {
        services.AddSingleton<ScanMetrics>();
        services.AddSingleton<ScanStore>();
        services.AddSingleton<ScanNowStore>();
        services.AddSingleton<ScanControlStore>();
        services.AddSingleton<RetryStore>();
        services.AddSingleton<FollowUpStore>();
        services.AddHostedService<QueueWorker>();
    }
}
