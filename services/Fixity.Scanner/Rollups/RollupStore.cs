using Npgsql;

namespace Fixity.Scanner.Rollups;

/// <summary>Keeps the sums of what lies below each folder. They are this service's, as the files are.</summary>
/// <remarks>
/// A lock that ends with its transaction, and no lease: of several scanners one counts a target, and the next takes over
/// when that one's connection is gone. Until it is committed the old sums stand.
/// </remarks>
internal sealed class RollupStore(NpgsqlDataSource database)
{
    // "roll" in ASCII, with the target's id beside it: any number will do that nobody else takes.
    private const int LockKey = 0x726f6c6c;

    /// <summary>Targets whose sums are out of date, those that have none first.</summary>
    public async Task<List<int>> FindDueAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(RollupSql.Due);
        command.With<int?>(null);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var due = new List<int>();
        while (await row.ReadAsync(cancellation))
        {
            due.Add(row.GetInt32(0));
        }

        return due;
    }

    /// <returns>Null: another scanner has it in hand, or has just done it.</returns>
    public async Task<RolledUp?> TryRollUpAsync(int targetId, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (!await TryLockAsync(connection, targetId, cancellation)
            || await FindNewsAsync(connection, targetId, cancellation) is not var (scanId, acts))
        {
            return null;
        }

        await using (var modest = new NpgsqlCommand(RollupSql.Modest, connection))
        {
            await modest.ExecuteNonQueryAsync(cancellation);
        }

        var counted = await CountAsync(connection, targetId, cancellation);
        await using var done = new NpgsqlCommand(RollupSql.Done, connection);
        done.With(targetId).With(scanId).With(acts);
        await done.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return counted;
    }

    public async Task ForgetPastAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(RollupSql.Forget);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<bool> TryLockAsync(
        NpgsqlConnection connection, int targetId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_xact_lock($1, $2)", connection);
        command.With(LockKey).With(targetId);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task<(long ScanId, long Acts)?> FindNewsAsync(
        NpgsqlConnection connection, int targetId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(RollupSql.Due, connection);
        command.With<int?>(targetId);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? Read(row) : null;

        static (long, long) Read(NpgsqlDataReader row) => (row.GetInt64(1), row.GetInt64(2));
    }

    private static async Task<RolledUp> CountAsync(
        NpgsqlConnection connection, int targetId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(RollupSql.Count, connection);
        command.CommandTimeout = 0; // As long as a hundred million files take: nobody waits for it.
        command.With(targetId);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return new RolledUp(row.GetInt64(0), row.GetInt64(1));
    }
}

/// <param name="Written">Folders whose sums were others than before.</param>
internal readonly record struct RolledUp(long Folders, long Written);
