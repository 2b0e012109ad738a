using Npgsql;

namespace Fixity.Alert.Mutes;

/// <summary>Mutes: <c>alert.mutes</c>.</summary>
internal sealed class MuteStore(NpgsqlDataSource database)
{
    /// <summary>More at a time would be asked about each event.</summary>
    public const int MaxMutes = 500;

    /// <summary>Those in force, and those that were within the last days; the newest first.</summary>
    public async Task<IReadOnlyList<Mute>> ListAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select id, target_id, path, event, until, reason, created_by, created_at, until <= now(), suppressed
            from alert.mutes
            order by id desc
            """);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var mutes = new List<Mute>();
        while (await row.ReadAsync(cancellation))
        {
            mutes.Add(ReadMute(row));
        }

        return mutes;
    }

    /// <returns>False when there is no such target, or no more.</returns>
    public async Task<bool> HasTargetAsync(int targetId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "select exists (select from scheduler.targets where id = $1 and deleted_at is null)");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <returns>Null when there are too many.</returns>
    public async Task<Mute?> CreateAsync(MuteRequest request, string by, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Whoever looks at mutes sees how those of the last month did; older ones are in the audit log.
        await using (var forget = new NpgsqlCommand(
            "delete from alert.mutes where until < now() - interval '30 days'", connection))
        {
            await forget.ExecuteNonQueryAsync(cancellation);
        }

        await using var insert = new NpgsqlCommand("""
            insert into alert.mutes (target_id, path, event, until, reason, created_by)
            select $1, $2, $3, $4, $5, $6 where (select count(*) from alert.mutes where until > now()) < $7
            returning id, target_id, path, event, until, reason, created_by, created_at, until <= now(), suppressed
            """, connection);
        insert.Parameters.Add(new NpgsqlParameter<int?> { TypedValue = request.TargetId });
        insert.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = request.Path });
        insert.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = request.Event });
        insert.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = request.Until.UtcDateTime });
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = request.Reason.Trim() });
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = by });
        insert.Parameters.Add(new NpgsqlParameter<int> { TypedValue = MaxMutes });
        await using var row = await insert.ExecuteReaderAsync(cancellation);
        var mute = await row.ReadAsync(cancellation) ? ReadMute(row) : null;
        await row.CloseAsync();
        await transaction.CommitAsync(cancellation);
        return mute;
    }

    /// <returns>As it was; null when there is no such mute.</returns>
    public async Task<Mute?> DeleteAsync(int id, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            delete from alert.mutes where id = $1
            returning id, target_id, path, event, until, reason, created_by, created_at, until <= now(), suppressed
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadMute(row) : null;
    }

    /// <summary>Those that may cover something that happened then or later, the oldest first.</summary>
    public static async Task<IReadOnlyList<MuteRule>> ReadAsync(
        NpgsqlConnection connection, DateTimeOffset since, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select id, target_id, path, event, until from alert.mutes where until > $1 order by id", connection);
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = since.UtcDateTime });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var rules = new List<MuteRule>();
        while (await row.ReadAsync(cancellation))
        {
            rules.Add(ReadRule(row));
        }

        return rules;
    }

    /// <summary>Adds what they kept quiet.</summary>
    public static async Task CountAsync(
        NpgsqlConnection connection, IReadOnlyList<MuteRule> rules, CancellationToken cancellation)
    {
        var counted = rules.Where(rule => rule.Suppressed > 0).ToList();
        if (counted.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand("""
            update alert.mutes m set suppressed = m.suppressed + c.suppressed
            from unnest($1, $2) c (id, suppressed)
            where m.id = c.id
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. counted.Select(rule => rule.Id)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. counted.Select(rule => rule.Suppressed)] });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static MuteRule ReadRule(NpgsqlDataReader row) => new(
        row.GetInt32(0),
        row.IsDBNull(1) ? null : row.GetInt32(1),
        row.IsDBNull(2) ? null : row.GetString(2),
        row.IsDBNull(3) ? null : row.GetString(3),
        row.GetFieldValue<DateTimeOffset>(4));

    private static Mute ReadMute(NpgsqlDataReader row) => new(
        row.GetInt32(0),
        row.IsDBNull(1) ? null : row.GetInt32(1),
        row.IsDBNull(2) ? null : row.GetString(2),
        row.IsDBNull(3) ? null : row.GetString(3),
        row.GetFieldValue<DateTimeOffset>(4),
        row.GetString(5),
        row.GetString(6),
        row.GetFieldValue<DateTimeOffset>(7),
        row.GetBoolean(8),
        row.GetInt64(9));
}
