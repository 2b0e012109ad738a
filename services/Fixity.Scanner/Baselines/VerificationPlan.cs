using Fixity.Scanner.Scans;
using Npgsql;

namespace Fixity.Scanner.Baselines;

/// <summary>Which unchanged files a scan re-reads: those verified longest ago, up to a place in that order.</summary>
/// <param name="DueUntil">Null: none.</param>
/// <param name="DueHash">Decides among files that were verified in the same batch.</param>
/// <param name="Seed">Of the hash, so that the order differs from scan to scan: the scan that the plan was made for.</param>
internal sealed record VerificationPlan(DateTimeOffset? DueUntil, long? DueHash, long Seed)
{
    // The most of three: the sample; all that would be overdue before the next run but one has read it, so that a run may
    // fail; and an even share of the time that this leaves, so that what was read together does not fall due together.
    // Without a word of the scheduler the next run is a day away. Exactly so many, because the order has no ties;
    // numeric, because 7 % of 100 files are 7 and not, as in binary fractions, 7.000000000000001.
    // Counted in the indexes, and what is present only where a share of it is wanted: to go through the table of a million
    // files took 0.4 s before the first of them was looked at. The gap is a parameter, so that the planner sees that
    // few files are so old.
    private const string MakeSql = """
        with promise as (
            select extract(epoch from make_interval(days => $3)) as within, $5::numeric as gap
        ), counted as (
            select within, gap,
                case when $4 > 0 or gap is not null then
                    (select count(*) from scanner.files where target_id = $2 and state <> 2)
                        - (select count(*) from scanner.files where target_id = $2 and state in (3, 4, 5, 6))
                end as present,
                (select count(*) from scanner.files
                    where target_id = $2 and state = 1
                        and (verified_at is null
                            or verified_at < now() - make_interval(days => $3)
                                + make_interval(secs => coalesce(2 * $5::numeric, 86400)::double precision))) as aged
            from promise
        ), due as (
            select greatest(
                ceil(present * $4::numeric / 100), aged,
                case when gap is not null then ceil(present * least(gap / greatest(within - 3 * gap, gap), 1)) end
            )::bigint as files
            from counted
        ), last_due as (
            select verified_at, hashint8extended(id, $1) as hash
            from scanner.files
            where target_id = $2 and state = 1
            order by verified_at, hash
            offset (select greatest(files - 1, 0) from due) limit (select least(files, 1) from due)
        )
        insert into scanner.scan_verifications (scan_id, due_until, due_hash, files_due)
        select $1, l.verified_at, l.hash, d.files
        from due d left join last_due l on true
        on conflict (scan_id) do nothing
        """;

    /// <summary>The plan of the scan, made when its first segment begins and the same for the others, and for the scan that
    /// goes on where this one is lost.</summary>
    public static async Task<VerificationPlan> ReadOrMakeAsync(
        NpgsqlDataSource database, SegmentClaim claim, CancellationToken cancellation)
    {
        if (await ReadAsync(database, claim.ScanId, cancellation) is { } made)
        {
            return made;
        }

        var gap = await ReadGapAsync(database, claim.Target.Id, cancellation);
        await using (var command = database.CreateCommand(MakeSql))
        {
            command.CommandTimeout = 0; // A sort of all files of the target, where there are millions.
            command.With(claim.ScanId).With(claim.Target.Id).With(claim.Target.VerifyWithinDays)
                .With(claim.Target.SamplePercent).With(gap);
            await command.ExecuteNonQueryAsync(cancellation);
        }

        return await ReadAsync(database, claim.ScanId, cancellation)
            ?? throw new LeaseLostException(claim.ScanId, claim.Ordinal); // Forgotten already: the scan is closed.
    }

    /// <returns>Seconds from one run to the next, as the scheduler has told; null: nothing yet.</returns>
    private static async Task<decimal?> ReadGapAsync(
        NpgsqlDataSource database, int targetId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select extract(epoch from run_gap) from scheduler.verification_guarantees where target_id = $1
            """);
        command.With(targetId);
        return await command.ExecuteScalarAsync(cancellation) as decimal?;
    }

    private static async Task<VerificationPlan?> ReadAsync(
        NpgsqlDataSource database, long scanId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select due_until, due_hash, coalesce(seed, scan_id) from scanner.scan_verifications where scan_id = $1
            """);
        command.With(scanId);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? Read(row) : null;
    }

    private static VerificationPlan Read(NpgsqlDataReader row) => new(
        row.IsDBNull(0) ? null : row.GetFieldValue<DateTimeOffset>(0), row.IsDBNull(1) ? null : row.GetInt64(1),
        row.GetInt64(2));
}
