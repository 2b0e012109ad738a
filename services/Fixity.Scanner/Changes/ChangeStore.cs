using Fixity.Core;
using Npgsql;

namespace Fixity.Scanner.Changes;

/// <summary>What a person decides about findings: the content is right after all, or somebody has seen to it.</summary>
internal sealed class ChangeStore(NpgsqlDataSource database)
{
    /// <summary>Makes what a corrupted file holds now its baseline, and leaves the decision as an event.</summary>
    /// <returns>Whether there is such a file, and what it is now; null: it was not corrupted.</returns>
    public async Task<(bool Exists, AcceptedFile? File)> AcceptAsync(
        long fileId, string reason, string actor, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var partitions = new NpgsqlCommand(
            "select scanner.ensure_change_partitions((now() at time zone 'UTC')::date, 1)", connection))
        {
            await partitions.ExecuteNonQueryAsync(cancellation);
        }

        if (await FindAsync(connection, fileId, cancellation) is not { } isCorrupted)
        {
            return (false, null);
        }

        if (!isCorrupted)
        {
            return (true, null);
        }

        var accepted = await WriteAsync(connection, fileId, reason, actor, cancellation);
        await transaction.CommitAsync(cancellation);
        return (true, accepted);
    }

    /// <returns>How many events were acknowledged; those that were already keep who did it first.</returns>
    public async Task<int> AcknowledgeAsync(
        IReadOnlyList<long> ids, string reason, string actor, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            update scanner.change_events
            set acknowledged_at = now(), acknowledged_by = $2, acknowledge_reason = $3
            where id = any ($1) and acknowledged_at is null
            """);
        command.With(ids.ToArray()).With(actor).With(reason);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <returns>Null: there is no such file.</returns>
    private static async Task<bool?> FindAsync(NpgsqlConnection connection, long fileId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select state = 3 and observed_checksum is not null from scanner.files where id = $1 for update
            """, connection);
        command.With(fileId);
        return (bool?)await command.ExecuteScalarAsync(cancellation);
    }

    private static async Task<AcceptedFile> WriteAsync(
        NpgsqlConnection connection, long fileId, string reason, string actor, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            with before as (
                select id, target_id, checksum from scanner.files where id = $1
            ), accepted as (
                update scanner.files
                set checksum = observed_checksum, observed_checksum = null, state = 1, state_since = now(),
                    verified_at = null -- what was observed may be weeks old: the next scan reads it first
                where id = $1
                returning id, path, size, mtime_ns, algorithm, checksum
            ), event as (
                insert into scanner.change_events (target_id, file_id, path, type, old_size, new_size, old_mtime_ns,
                    new_mtime_ns, algorithm, old_checksum, new_checksum, acknowledged_at, acknowledged_by,
                    acknowledge_reason)
                select b.target_id, a.id, a.path, 'accepted', a.size, a.size, a.mtime_ns, a.mtime_ns, a.algorithm,
                    b.checksum, a.checksum, now(), $2, $3
                from accepted a join before b using (id)
                returning target_id
            )
            select a.checksum, a.algorithm, pg_notify('fixity_events', '')::text, pg_notify('fixity_progress',
                json_build_object('kind', 'change', 'scanId', null, 'targetId', b.target_id, 'count', 1)::text)::text
            from accepted a join before b using (id)
            """, connection);
        command.With(fileId).With(actor).With(reason);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return new AcceptedFile(fileId, "present", ReadChecksum(row), ReadAlgorithm(row));

        static string ReadChecksum(NpgsqlDataReader row) => Convert.ToHexStringLower(row.GetFieldValue<byte[]>(0));
        static string ReadAlgorithm(NpgsqlDataReader row) => ((ChecksumAlgorithm)row.GetInt16(1)).Name();
    }
}
