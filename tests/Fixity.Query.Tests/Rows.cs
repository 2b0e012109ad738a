using Fixity.Testing.Postgres;
using Npgsql;

namespace Fixity.Query.Tests;

/// <summary>Puts rows in the place of the services that write them.</summary>
internal static class Rows
{
    public static async Task<long> AddFileAsync(
        this TestDatabase database, int targetId, string path, short state = 1, long mtimeNs = 1_000_000_000,
        string? observed = null)
    {
        await using var command = database.DataSource.CreateCommand("""
            insert into scanner.files (target_id, path, size, mtime_ns, mode, algorithm, checksum, state, first_scan_id,
                observed_checksum, first_seen_at, state_since, verified_at)
            values ($1, $2, 5, $3, 420, 1, sha256(convert_to($2, 'UTF8')), $4, 1, decode($5, 'hex'),
                '2026-01-01Z', '2026-01-01Z', null)
            returning id
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = path });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = mtimeNs });
        command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = state });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = observed });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public static async Task AddFilesAsync(this TestDatabase database, int targetId, params string[] paths)
    {
        foreach (var path in paths)
        {
            await database.AddFileAsync(targetId, path);
        }
    }

    public static async Task<long> AddChangeAsync(
        this TestDatabase database, int targetId, string type, string path, long? scanId = null, long fileId = 1,
        string? previousPath = null, string detectedAt = "now", bool acknowledged = false,
        string? details = null)
    {
        await using var command = database.DataSource.CreateCommand("""
            insert into scanner.change_events (detected_at, scan_id, target_id, file_id, path, previous_path, type,
                acknowledged_at, acknowledged_by, old_size, new_size, old_mtime_ns, new_mtime_ns, algorithm,
                old_checksum, new_checksum, details)
            values ($1::timestamptz, $2, $3, $4, $5, $6, $7, case when $8 then now() end, case when $8 then 'ann' end,
                5, 5, 1500000000, 1500000000, 1, '\x0aff', '\x0bff', $9::jsonb)
            returning id
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = detectedAt });
        command.Parameters.Add(new NpgsqlParameter<long?> { TypedValue = scanId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = fileId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = path });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = previousPath });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = type });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = acknowledged });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = details });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Ends a scan; the target's last complete one, if it completed.</summary>
    public static Task EndScanAsync(this TestDatabase database, long scanId, string status, string endedAt) =>
        database.ExecuteAsync($"""
            update scheduler.scans set status = '{status}', started_at = '{endedAt}', ended_at = '{endedAt}',
                files_seen = 7 where id = {scanId};
            insert into scanner.target_states (target_id, state, files_present, bytes_present, last_complete_scan)
            select target_id, 'online', 7, 700, case when status = 'completed' then id end
            from scheduler.scans where id = {scanId}
            on conflict (target_id) do update set
                last_complete_scan = coalesce(excluded.last_complete_scan, target_states.last_complete_scan);
            """);

    public static Task SetStateAsync(this TestDatabase database, int targetId, string state) =>
        database.ExecuteAsync($"""
            insert into scanner.target_states (target_id, state) values ({targetId}, '{state}')
            on conflict (target_id) do update set state = excluded.state
            """);
}
