using Fixity.Core;
using Fixity.Scanner.Scans;
using Fixity.Scanning;
using Npgsql;

namespace Fixity.Scanner.Baselines;

/// <summary>Records what could not be listed or read.</summary>
internal static class FaultStatements
{
    // Answers how many this scan had not met before: a resume meets some of them twice.
    private const string ErrorsSql = """
        with recorded as (
            insert into scanner.scan_errors (scan_id, path, kind, message)
            select $1, path, kind, message
            from unnest($2::text[], $3::text[], $4::text[]) as i (path, kind, message)
            on conflict (scan_id, path, kind) do nothing
            returning 1
        )
        select count(*), 0::bigint, 0::bigint, 0::bigint from recorded
        """;

    // What went wrong is always said; of these the first thousand of a scan, whichever of its segments met them.
    private const string SkippedSql = """
        insert into scanner.scan_errors (scan_id, path, kind, message)
        select $1, path, 'skipped', message
        from unnest($2::text[], $3::text[]) as i (path, message)
        limit greatest(0, 1000 - (
            select count(*) from scanner.scan_errors where scan_id = $1 and kind = 'skipped'))
        on conflict (scan_id, path, kind) do nothing
        """;

    private const string RangesSql = """
        insert into scanner.unknown_ranges (target_id, prefix, scan_id, cause)
        select distinct on (prefix) $1::integer, prefix, $2::bigint, cause
        from unnest($3::text[], $4::text[]) as i (prefix, cause)
        on conflict (target_id, prefix) do update set scan_id = excluded.scan_id, cause = excluded.cause
        """;

    public static NpgsqlBatchCommand Errors(SegmentClaim claim, List<ScanFault> faults) =>
        new NpgsqlBatchCommand(ErrorsSql).With(claim.ScanId)
            .With(faults.ConvertAll(e => LongPaths.Shown(e.Path)).ToArray())
            .With(faults.ConvertAll(e => e.Kind).ToArray())
            .With(faults.ConvertAll(e => e.Message).ToArray());

    public static void AddSkipped(NpgsqlBatch statements, SegmentClaim claim, List<SkippedEntry> skipped)
    {
        if (skipped.Count > 0)
        {
            statements.BatchCommands.Add(new NpgsqlBatchCommand(SkippedSql).With(claim.ScanId)
                .With(skipped.ConvertAll(s => LongPaths.Shown(s.Path)).ToArray())
                .With(skipped.ConvertAll(s => s.Kind.Name()).ToArray()));
        }
    }

    public static void AddRanges(NpgsqlBatch statements, SegmentClaim claim, List<UnknownRange> ranges)
    {
        if (ranges.Count > 0)
        {
            statements.BatchCommands.Add(new NpgsqlBatchCommand(RangesSql).With(claim.Target.Id).With(claim.ScanId)
                .With(ranges.ConvertAll(r => r.Prefix.ToString()).ToArray())
                .With(ranges.ConvertAll(r => r.Cause).ToArray()));
        }
    }
}
