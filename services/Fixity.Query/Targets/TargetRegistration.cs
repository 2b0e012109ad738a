namespace Fixity.Query.Targets;

/// <summary>What reading targets needs.</summary>
internal static class TargetRegistration
{
    public static void AddTargets(this IServiceCollection services) => services.AddSingleton<TargetQueries>();
}
