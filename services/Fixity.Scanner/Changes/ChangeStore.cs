using Fixity.Core;
using Npgsql;

namespace Fixity.Scanner.Changes;

/// <summary>What a person decides about findings: the content is right after all, or somebody has seen to it.</summary>
internal sealed class ChangeStore(NpgsqlDataSource database)
{
    // A row that went when another file moved onto its path is that file now. The last change of the content counts: what
    // moved or was chmodded after it is still what was changed.
    private const string FindSql = """
        select f.id, f.state in (3, 5) and f.observed_checksum is not null, f.state in (1, 4) and f.checksum is not null and (
            select e.type = 'modified' and e.acknowledged_at is null
            from scanner.change_events e
            where e.file_id = f.id and e.type not in ('moved', 'attributes', 'touched', 'verified')
            order by e.id desc limit 1), f.checksum
        from scanner.files f
        where f.id = coalesce((select r.file_id from scanner.replaced_files r where r.id = $1), $1)
            and ($2::int[] is null or f.target_id = any ($2))
        for update
        """;

    // What was observed may be weeks old: the next scan reads it first. Digests of the old content say nothing of it; what
    // is known of the new becomes its map. Of files that were deleted the same content is no damage any more.
    private const string MoveBaselineSql = """
        with observed as (
            select o.groups from scanner.observed_groups o join scanner.files f on f.id = o.file_id
            where f.id = $1 and o.checksum = f.observed_checksum
        ), mapped as (
            insert into scanner.file_groups (file_id, groups) select $1, groups from observed
            on conflict (file_id) do update set groups = excluded.groups
        ), unmapped as (
            delete from scanner.file_groups where file_id = $1 and not exists (select from observed)
        ), answered as (
            delete from scanner.observed_groups where file_id = $1
        ), forgiven as (
            update scanner.files g set observed_checksum = null, damaged_as = null
            from scanner.files f
            where f.id = $1 and g.target_id = f.target_id and g.observed_checksum = f.observed_checksum and g.state = 2
        )
        update scanner.files
        set checksum = observed_checksum, observed_checksum = null, previous_algorithm = null, previous_checksum = null,
            state = 1, state_since = now(), verified_at = null
        where id = $1
        """;

    // What the decision answers is acknowledged by it. The sums of its folders are out of date with it.
    private const string DecideSql = """
        with file as (
            select id, target_id, path, size, mtime_ns, algorithm, checksum from scanner.files where id = $1
        ), answered as (
            update scanner.change_events
            set acknowledged_at = now(), acknowledged_by = $2, acknowledge_reason = $3
            where file_id = $1 and type in ('corrupted', 'tampered', 'modified') and acknowledged_at is null
        ), summed as (
            insert into scanner.rollups as r (target_id, acts) select target_id, 1 from file
            on conflict (target_id) do update set acts = r.acts + 1
        ), event as (
            insert into scanner.change_events (target_id, file_id, path, type, old_size, new_size, old_mtime_ns,
                new_mtime_ns, algorithm, old_checksum, new_checksum, acknowledged_at, acknowledged_by,
                acknowledge_reason)
            select target_id, id, path, 'accepted', size, size, mtime_ns, mtime_ns, algorithm, $4, checksum, now(), $2, $3
            from file
        )
        select checksum, algorithm, pg_notify('fixity_events', '')::text, pg_notify('fixity_progress',
            json_build_object('kind', 'change', 'scanId', null, 'targetId', target_id, 'count', 1)::text)::text
        from file
        """;

    /// <summary>Makes what a damaged file holds now its baseline, or says that a modified one is right, and leaves the
    /// decision as an event.</summary>
    /// <param name="within">Of these targets only; null: of any.</param>
    /// <returns>Whether there is such a file; what it is now, null: there was nothing to accept; and the checksum that was
    /// replaced, null: the baseline stays as it is.</returns>
    public async Task<(bool Exists, AcceptedFile? File, string? Replaced)> AcceptAsync(
        long fileId, int[]? within, string reason, string actor, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var partitions = new NpgsqlCommand(
            "select scanner.ensure_change_partitions((now() at time zone 'UTC')::date, 1)", connection))
        {
            await partitions.ExecuteNonQueryAsync(cancellation);
        }

        if (await FindAsync(connection, fileId, within, cancellation) is not { } found)
        {
            return (false, null, null);
        }

        var (currentId, isDamaged, isModified, checksum) = found;
        if (!isDamaged && !isModified)
        {
            return (true, null, null);
        }

        if (isDamaged)
        {
            await using var move = new NpgsqlCommand(MoveBaselineSql, connection);
            move.With(currentId);
            await move.ExecuteNonQueryAsync(cancellation);
        }

        var accepted = await DecideAsync(
            connection, currentId, reason, actor, isDamaged ? checksum : null, cancellation);
        await transaction.CommitAsync(cancellation);
        return (true, accepted, isDamaged && checksum is not null ? Convert.ToHexStringLower(checksum) : null);
    }

    /// <param name="within">Of these targets only; null: of any.</param>
    /// <returns>How many events were acknowledged; those that were already keep who did it first.</returns>
    public async Task<int> AcknowledgeAsync(
        IReadOnlyList<long> ids, int[]? within, string reason, string actor, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            update scanner.change_events
            set acknowledged_at = now(), acknowledged_by = $2, acknowledge_reason = $3
            where id = any ($1) and acknowledged_at is null and ($4::int[] is null or target_id = any ($4))
            """);
        command.With(ids.ToArray()).With(actor).With(reason).With(within);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <returns>What may be accepted, and the checksum as recorded; null: there is no such file.</returns>
    private static async Task<(long Id, bool IsDamaged, bool IsModified, byte[]? Checksum)?> FindAsync(
        NpgsqlConnection connection, long fileId, int[]? within, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(FindSql, connection);
        command.With(fileId).With(within);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? Read(row) : null;

        static (long, bool, bool, byte[]?) Read(NpgsqlDataReader row) => (
            row.GetInt64(0), row.GetBoolean(1), !row.IsDBNull(2) && row.GetBoolean(2),
            row.IsDBNull(3) ? null : row.GetFieldValue<byte[]>(3));
    }

    /// <param name="checksum">As recorded before; null: the baseline stays as it is.</param>
    private static async Task<AcceptedFile> DecideAsync(
        NpgsqlConnection connection, long fileId, string reason, string actor, byte[]? checksum,
        CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(DecideSql, connection);
        command.With(fileId).With(actor).With(reason).With(checksum);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return new AcceptedFile(fileId, "present", ReadChecksum(row), ReadAlgorithm(row));

        static string ReadChecksum(NpgsqlDataReader row) => Convert.ToHexStringLower(row.GetFieldValue<byte[]>(0));
        static string ReadAlgorithm(NpgsqlDataReader row) => ((ChecksumAlgorithm)row.GetInt16(1)).Name();
    }
}
