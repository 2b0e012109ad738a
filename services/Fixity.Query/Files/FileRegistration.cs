namespace Fixity.Query.Files;

/// <summary>What reading files needs.</summary>
internal static class FileRegistration
{
    public static void AddFiles(this IServiceCollection services)
    {
        services.AddSingleton<FileQueries>();
        services.AddSingleton<HistoryQueries>();
    }
}
