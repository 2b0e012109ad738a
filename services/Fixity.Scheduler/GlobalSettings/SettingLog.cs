namespace Fixity.Scheduler.GlobalSettings;

/// <summary>Log messages of the settings. Event ids 2080–2089.</summary>
internal static partial class SettingLog
{
    [LoggerMessage(2080, LogLevel.Information, "The setting {Key} was changed by {Caller}: {Before} -> {After}")]
    public static partial void SettingChanged(this ILogger logger, string key, string caller, string before, string after);
}
