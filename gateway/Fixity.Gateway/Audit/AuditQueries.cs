using System.Runtime.CompilerServices;
using System.Text.Json;
using Npgsql;

namespace Fixity.Gateway.Audit;

/// <summary>Reads the audit log: a page, or all of it as a stream.</summary>
internal sealed class AuditQueries(NpgsqlDataSource database)
{
    // As long as somebody may have to wait for a page; without an index only for a text that stands nowhere.
    private const int PageSeconds = 30;

    /// <returns>Up to <paramref name="count"/> entries before <paramref name="beforeId"/>, newest first.</returns>
    public async Task<IReadOnlyList<AuditEntry>> ListAsync(
        AuditFilter filter, long beforeId, int count, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select id, at, actor, action, object, details::text, address, correlation_id, hash
            from gateway.audit_log
            where id < $7 and ($1::text is null or actor = $1) and ($2::text is null or action = $2)
                and ($3::text is null or object = $3) and ($4::timestamptz is null or at >= $4)
                and ($5::timestamptz is null or at < $5)
                and ($6::text is null or strpos(lower(concat_ws(' ', actor, action, object, address, correlation_id,
                    details::text)), lower($6)) > 0)
            order by id desc limit $8
            """);
        AddFilter(command, filter);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = beforeId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        command.CommandTimeout = PageSeconds;
        var entries = new List<AuditEntry>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            entries.Add(EntryOf(ReadStored(row)));
        }

        return entries;
    }

    /// <summary>Every entry that the filter lets through, the oldest first, as it was when this began.</summary>
    public async IAsyncEnumerable<StoredEntry> StreamAsync(
        AuditFilter filter, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select id, at, actor, action, object, details::text, address, correlation_id, hash
            from gateway.audit_log
            where ($1::text is null or actor = $1) and ($2::text is null or action = $2)
                and ($3::text is null or object = $3) and ($4::timestamptz is null or at >= $4)
                and ($5::timestamptz is null or at < $5)
                and ($6::text is null or strpos(lower(concat_ws(' ', actor, action, object, address, correlation_id,
                    details::text)), lower($6)) > 0)
            order by id
            """);
        AddFilter(command, filter);
        command.CommandTimeout = 0; // As long as whoever reads it takes.
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            yield return ReadStored(row);
        }
    }

    /// <summary>Column order is that of every select list of the log.</summary>
    public static StoredEntry ReadStored(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1), row.GetString(2), row.GetString(3), TextOf(row, 4),
        row.GetString(5), TextOf(row, 6), TextOf(row, 7), row.GetFieldValue<byte[]>(8));

    public static AuditEntry EntryOf(StoredEntry entry) => new(
        entry.Id, entry.At, entry.Actor, entry.Action, entry.Object, JsonElement.Parse(entry.Details), entry.Address,
        entry.CorrelationId, Convert.ToHexStringLower(entry.Hash));

    private static void AddFilter(NpgsqlCommand command, AuditFilter filter)
    {
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = filter.Actor });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = filter.Action });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = filter.Object });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset?> { TypedValue = filter.Since });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset?> { TypedValue = filter.Until });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = filter.Text });
    }

    private static string? TextOf(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
