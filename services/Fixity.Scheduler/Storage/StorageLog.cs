namespace Fixity.Scheduler.Storage;

/// <summary>Log messages of storages. Event ids 2120–2124.</summary>
internal static partial class StorageLog
{
    [LoggerMessage(2120, LogLevel.Information, "The storage servers of {Targets} targets were noted")]
    public static partial void ServersNoted(this ILogger logger, int targets);
}
