namespace Fixity.Query.Changes;

/// <summary>What reading changes needs.</summary>
internal static class ChangeRegistration
{
    public static void AddChanges(this IServiceCollection services)
    {
        services.AddSingleton<ChangeQueries>();
        services.AddSingleton<ChangeArrivals>();
        services.AddSingleton<ChangeMetrics>();
        services.AddSingleton<ChangeFeed>();
    }
}
