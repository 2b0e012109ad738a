using Microsoft.Extensions.Logging;

namespace Fixity.ServiceDefaults.Secrets;

/// <summary>Log messages of stored secrets, in whichever service keeps them. Event ids 900–919.</summary>
internal static partial class SecretLog
{
    [LoggerMessage(900, LogLevel.Information, "Secrets sealed with another key: {Sealed} are sealed again, {Unopened} cannot be opened")]
    public static partial void Resealed(this ILogger logger, int @sealed, int unopened);

    [LoggerMessage(901, LogLevel.Error, "The secret at {Place} cannot be opened and has to be given anew: {Reason}")]
    public static partial void NotOpened(this ILogger logger, string place, string reason);

    [LoggerMessage(902, LogLevel.Debug, "The database is not ready to have its secrets looked at ({Reason}); next try in {Retry}")]
    public static partial void ResealWaits(this ILogger logger, string reason, TimeSpan retry);
}
