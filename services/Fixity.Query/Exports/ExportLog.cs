namespace Fixity.Query.Exports;

/// <summary>Log messages of exports. Event ids 4100–4119.</summary>
internal static partial class ExportLog
{
    [LoggerMessage(4100, LogLevel.Information, "The client left before the end of {Path}")]
    public static partial void ClientLeft(this ILogger logger, string path);

    [LoggerMessage(4101, LogLevel.Warning, "{Path} took longer than Query:Exports:Longest allows and was broken off")]
    public static partial void ExportTooLong(this ILogger logger, string path);

    [LoggerMessage(4102, LogLevel.Error, "{Path} was broken off after its first bytes")]
    public static partial void ExportFailed(this ILogger logger, Exception exception, string path);
}
