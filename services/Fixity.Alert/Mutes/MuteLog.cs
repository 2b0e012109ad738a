namespace Fixity.Alert.Mutes;

/// <summary>Log messages of mutes. Event ids 5075–5079.</summary>
internal static partial class MuteLog
{
    [LoggerMessage(5075, LogLevel.Information, "Mute {MuteId} created by {Caller}, until {Until}")]
    public static partial void MuteCreated(this ILogger logger, int muteId, string caller, DateTimeOffset until);

    [LoggerMessage(5076, LogLevel.Information, "Mute {MuteId} deleted by {Caller}")]
    public static partial void MuteDeleted(this ILogger logger, int muteId, string caller);
}
