namespace Fixity.Scanner.Rollups;

internal static class RollupRegistration
{
    public static void AddRollups(this IServiceCollection services)
    {
        services.AddSingleton<RollupStore>();
        services.AddSingleton<RollupMetrics>();
        services.AddSingleton<TallyStore>();
        services.AddHostedService<RollupWorker>();
        services.AddHostedService<TallyWorker>();
    }
}
