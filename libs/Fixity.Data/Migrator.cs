using Microsoft.Extensions.Logging;
using Npgsql;

namespace Fixity.Data;

/// <summary>Brings a database to this version: each migration once, in order, in a transaction of its own.</summary>
/// <remarks>
/// Several migrators may start at once: a session-level advisory lock lets one work while the others wait and then find
/// nothing to do. One that is killed leaves the migration in flight rolled back and the lock free.
/// </remarks>
public sealed class Migrator(NpgsqlDataSource database, ILogger<Migrator> logger)
{
    // "fixity" in ASCII: any number will do that nobody else takes.
    private const long LockKey = 0x666978697479;

    /// <returns>How many migrations were applied; 0 when the database was up to date.</returns>
    /// <exception cref="MigrationException">The database is newer, or holds another text of an applied migration.</exception>
    public async Task<int> MigrateAsync(IReadOnlyList<Migration> migrations, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await ExecuteAsync(connection, $"select pg_advisory_lock({LockKey})", cancellation);
        try
        {
            await ExecuteAsync(connection, """
                create table if not exists public.schema_migrations (
                    version     integer primary key,
                    name        text not null,
                    checksum    bytea not null,
                    applied_at  timestamptz not null default now()
                );
                grant select on public.schema_migrations to public;
                """, cancellation);
            var applied = await ReadAppliedAsync(connection, cancellation);
            Verify(migrations, applied);

            var pending = migrations.Where(m => !applied.ContainsKey(m.Version)).ToList();
            foreach (var migration in pending)
            {
                await ApplyAsync(connection, migration, cancellation);
                logger.MigrationApplied(migration.Version, migration.Name);
            }

            return pending.Count;
        }
        finally
        {
            // The pool would keep the session, and with it the lock.
            await ExecuteAsync(connection, $"select pg_advisory_unlock({LockKey})", CancellationToken.None);
        }
    }

    private static void Verify(IReadOnlyList<Migration> migrations, Dictionary<int, byte[]> applied)
    {
        var newest = migrations.Count == 0 ? 0 : migrations[^1].Version;
        var found = applied.Count == 0 ? 0 : applied.Keys.Max();
        if (found > newest)
        {
            throw new MigrationException(
                $"The database is at schema version {found}, this version knows only {newest}. " +
                "Start the newer version, or restore the backup that was made before it.");
        }

        foreach (var migration in migrations)
        {
            if (applied.TryGetValue(migration.Version, out var checksum) && !checksum.SequenceEqual(migration.Checksum))
            {
                throw new MigrationException(
                    $"Migration {migration.Name} was applied with another text than this version carries. " +
                    "A released migration never changes: use the version that made this database.");
            }
        }
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, migration.Sql, cancellation);
        await using var record = new NpgsqlCommand(
            "insert into public.schema_migrations (version, name, checksum) values ($1, $2, $3)", connection);
        record.Parameters.Add(new NpgsqlParameter<int> { TypedValue = migration.Version });
        record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = migration.Name });
        record.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = migration.Checksum });
        await record.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static async Task<Dictionary<int, byte[]>> ReadAppliedAsync(
        NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select version, checksum from public.schema_migrations", connection);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var applied = new Dictionary<int, byte[]>();
        while (await row.ReadAsync(cancellation))
        {
            Add(row);
        }

        return applied;

        // A row is in memory once it is read; a local function, so that it may say so.
        void Add(NpgsqlDataReader read) => applied.Add(read.GetInt32(0), read.GetFieldValue<byte[]>(1));
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
#pragma warning disable CA2100 // The text is a constant of this assembly.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.CommandTimeout = 0; // A migration, or the wait for another migrator, takes what it takes.
        await command.ExecuteNonQueryAsync(cancellation);
    }
}

/// <summary>The database is not one that this version may migrate; the message says what to do.</summary>
public sealed class MigrationException(string message) : Exception(message);

/// <summary>Log messages of the migrations. Event ids 1000–1099.</summary>
internal static partial class MigrationLog
{
    [LoggerMessage(1000, LogLevel.Information, "Migration {Version} applied: {Name}")]
    public static partial void MigrationApplied(this ILogger logger, int version, string name);
}
