namespace Fixity.Query.Browse;

/// <summary>What reading folders needs.</summary>
internal static class BrowseRegistration
{
    public static void AddBrowse(this IServiceCollection services) => services.AddSingleton<BrowseQueries>();
}
