using Fixity.Core;
using Npgsql;

namespace Fixity.Bench.Measured;

/// <summary>The scheduler's part of a scan, in the tables: a target for a folder, a scan and its segment.</summary>
internal sealed class ScanRows(NpgsqlDataSource database)
{
    public async Task<int> FindOrAddTargetAsync(
        string root, CancellationToken cancellation, ChecksumAlgorithm algorithm = ChecksumAlgorithm.Blake3)
    {
        // No sample: a rescan is to be measured with and without reading, never with a little of it. Re-reads come from the
        // page cache, as the peers' do; the product's default is to drop a file from it and read the medium.
        await using var command = database.CreateCommand("""
            with found as (
                select id from scheduler.targets where root = $1 and deleted_at is null
            ), added as (
                insert into scheduler.targets (name, type, root, sample_percent, options, checksum_algorithm)
                select right($1, 100), 'local', $1, 0, '{"verifyFrom": "cache"}', $2 where not exists (select from found)
                returning id
            )
            select id from found union all select id from added
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = root });
        command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = (short)algorithm });
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    public async Task<long> QueueAsync(int targetId, string mode, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            with scan as (
                insert into scheduler.scans (target_id, trigger, mode) values ($1, 'manual', $2) returning id
            )
            insert into scheduler.scan_segments (scan_id, ordinal) select id, 0 from scan returning scan_id
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = mode });
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Takes back a scan that was only wanted for its claim.</summary>
    public async Task RemoveAsync(long scanId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("delete from scheduler.scans where id = $1");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = scanId });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <returns>The final status, or null while there is none.</returns>
    public async Task<string?> FindEndAsync(long scanId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "select case when ended_at is not null then status end from scheduler.scans where id = $1");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = scanId });
        return await command.ExecuteScalarAsync(cancellation) as string;
    }

    public async Task<(long Files, long BytesHashed)> ReadCountsAsync(long scanId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "select files_seen, bytes_hashed from scheduler.scans where id = $1");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = scanId });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return (row.GetInt64(0), row.GetInt64(1));
    }

    public async Task<long> ReadWalPositionAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint");
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
