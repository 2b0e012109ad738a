namespace Fixity.Gateway.Spa;

/// <summary>Log messages of the SPA's delivery. Event ids 6040–6049.</summary>
internal static partial class SpaLog
{
    [LoggerMessage(6040, LogLevel.Warning, "The pages are not built ({Folder} has no index.html): only the API is served")]
    public static partial void SpaMissing(this ILogger logger, string folder);
}
