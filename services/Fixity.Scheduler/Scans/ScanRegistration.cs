namespace Fixity.Scheduler.Scans;

internal static class ScanRegistration
{
    public static void AddScans(this IServiceCollection services)
    {
        services.AddSingleton<ScanMetrics>();
        services.AddSingleton<ScanStore>();
    }
}
