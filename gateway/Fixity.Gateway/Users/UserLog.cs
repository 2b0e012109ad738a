namespace Fixity.Gateway.Users;

/// <summary>Log messages of users. Event ids 6050–6059.</summary>
internal static partial class UserLog
{
    [LoggerMessage(6050, LogLevel.Information, "The first administrator is {Username}, as configured")]
    public static partial void AdministratorMade(this ILogger logger, string username);

    [LoggerMessage(6051, LogLevel.Warning, "The configured administrator is made as soon as the database is there")]
    public static partial void WaitingForDatabase(this ILogger logger, Exception exception);
}
