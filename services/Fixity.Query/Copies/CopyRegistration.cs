namespace Fixity.Query.Copies;

/// <summary>What looking for copies needs.</summary>
internal static class CopyRegistration
{
    public static void AddCopies(this IServiceCollection services)
    {
        services.AddSingleton<CopyQueries>();
        services.AddSingleton<DuplicateTallies>();
    }
}
