using Microsoft.Extensions.Logging;

namespace Fixity.Migrations;

/// <summary>Log messages of the migration process. Event ids 1100–1199.</summary>
internal static partial class MigrationLog
{
    [LoggerMessage(1100, LogLevel.Information, "The schema is at version {Version}; {Applied} migrations applied")]
    public static partial void SchemaReady(this ILogger logger, int version, int applied);

    [LoggerMessage(1101, LogLevel.Critical, "Nothing was migrated: {Reason}")]
    public static partial void Refused(this ILogger logger, string reason);
}
