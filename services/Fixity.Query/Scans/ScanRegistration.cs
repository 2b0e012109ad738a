namespace Fixity.Query.Scans;

/// <summary>What reading scans needs.</summary>
internal static class ScanRegistration
{
    public static void AddScans(this IServiceCollection services)
    {
        services.AddSingleton<ScanQueries>();
        services.AddSingleton<QueueForecast>();
    }
}
