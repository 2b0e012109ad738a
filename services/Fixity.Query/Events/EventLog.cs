namespace Fixity.Query.Events;

/// <summary>Log messages of the live events. Event ids 4000–4099.</summary>
internal static partial class EventLog
{
    [LoggerMessage(4000, LogLevel.Information, "Listening for progress")]
    public static partial void Listening(this ILogger logger);

    [LoggerMessage(4001, LogLevel.Warning, "The database cannot be heard; open streams ended, next try in {Delay}")]
    public static partial void Deaf(this ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(4002, LogLevel.Warning, "A notification on {Channel} is not one that this version knows: {Payload}")]
    public static partial void NoticeUnreadable(this ILogger logger, Exception exception, string channel, string payload);

    [LoggerMessage(4003, LogLevel.Warning, "Progress could not be read; it is tried again in {Delay}")]
    public static partial void ProgressUnread(this ILogger logger, Exception exception, TimeSpan delay);
}
