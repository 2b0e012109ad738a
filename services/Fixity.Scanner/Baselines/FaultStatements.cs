using Fixity.Scanner.Scans;
using Fixity.Scanning;
using Npgsql;

namespace Fixity.Scanner.Baselines;

/// <summary>Records what could not be listed or read.</summary>
internal static class FaultStatements
{
    /// <returns>Faults that this scan had not met before: a resume meets some of them twice.</returns>
    public static async Task<long> RecordAsync(
        NpgsqlConnection connection, SegmentClaim claim, ScanBatch batch, CancellationToken cancellation)
    {
        if (batch.UnknownRanges.Count > 0)
        {
            await RecordRangesAsync(connection, claim, batch.UnknownRanges, cancellation);
        }

        if (batch.Errors.Count == 0)
        {
            return 0;
        }

        await using var command = new NpgsqlCommand("""
            insert into scanner.scan_errors (scan_id, path, kind, message)
            select $1, path, kind, message
            from unnest($2::text[], $3::text[], $4::text[]) as i (path, kind, message)
            on conflict (scan_id, path, kind) do nothing
            """, connection);
        command.With(claim.ScanId)
            .With(batch.Errors.Select(e => LongPaths.Shown(e.Path)).ToArray())
            .With(batch.Errors.Select(e => e.Kind).ToArray())
            .With(batch.Errors.Select(e => e.Message).ToArray());
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task RecordRangesAsync(
        NpgsqlConnection connection, SegmentClaim claim, List<UnknownRange> ranges, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            insert into scanner.unknown_ranges (target_id, prefix, scan_id, cause)
            select distinct on (prefix) $1::integer, prefix, $2::bigint, cause
            from unnest($3::text[], $4::text[]) as i (prefix, cause)
            on conflict (target_id, prefix) do update set scan_id = excluded.scan_id, cause = excluded.cause
            """, connection);
        command.With(claim.Target.Id).With(claim.ScanId)
            .With(ranges.Select(r => r.Prefix.ToString()).ToArray())
            .With(ranges.Select(r => r.Cause).ToArray());
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
