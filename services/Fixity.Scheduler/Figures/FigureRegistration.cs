namespace Fixity.Scheduler.Figures;

internal static class FigureRegistration
{
    public static void AddFigures(this IServiceCollection services)
    {
        services.AddSingleton<FigureQueries>();
        services.AddSingleton<FigureMetrics>();
        services.AddSingleton<FigureWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<FigureWorker>());
    }
}
