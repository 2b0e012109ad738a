namespace Fixity.Query.Exports;

/// <summary>What exports need.</summary>
internal static class ExportRegistration
{
    public static void AddExports(this IServiceCollection services)
    {
        services.AddOptions<ExportOptions>().BindConfiguration(ExportOptions.Section).ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<ExportMetrics>();
        services.AddSingleton<ExportGate>();
    }
}
