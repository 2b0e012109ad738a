namespace Fixity.Query.Statistics;

/// <summary>What counting needs.</summary>
internal static class StatisticsRegistration
{
    public static void AddStatistics(this IServiceCollection services)
    {
        services.AddSingleton<StatisticsQueries>();
        services.AddSingleton<ActivityQueries>();
        services.AddSingleton<VerificationQueries>();
    }
}
