using Fixity.Query.Reading;
using Fixity.Query.Targets;
using Npgsql;

namespace Fixity.Query.Statistics;

/// <summary>Says of each target how old its verifications are, and what became of what was promised.</summary>
internal sealed class VerificationQueries(NpgsqlDataSource database)
{
    // Of the hours that the scanner has counted, those within an age at this moment.
    internal const string AgesSql = """
        select t.id, t.name, r.as_of, root.oldest_verified_at, lower(t.name), v.*
        from scheduler.targets t
        left join scanner.rollups r on r.target_id = t.id
        left join scanner.folders root on root.target_id = t.id and root.parent = '' and root.name = ''
        cross join (select date_bin('1 hour', now(), '2000-01-01Z') as hour) h
        cross join lateral (
            select coalesce(sum(files) filter (where hour >= h.hour - interval '7 days'), 0)::bigint,
                coalesce(sum(bytes) filter (where hour >= h.hour - interval '7 days'), 0)::bigint,
                coalesce(sum(files) filter (
                    where hour < h.hour - interval '7 days' and hour >= h.hour - interval '30 days'), 0)::bigint,
                coalesce(sum(bytes) filter (
                    where hour < h.hour - interval '7 days' and hour >= h.hour - interval '30 days'), 0)::bigint,
                coalesce(sum(files) filter (
                    where hour < h.hour - interval '30 days' and hour >= h.hour - interval '90 days'), 0)::bigint,
                coalesce(sum(bytes) filter (
                    where hour < h.hour - interval '30 days' and hour >= h.hour - interval '90 days'), 0)::bigint,
                coalesce(sum(files) filter (
                    where hour < h.hour - interval '90 days' and hour <> '-infinity'), 0)::bigint,
                coalesce(sum(bytes) filter (
                    where hour < h.hour - interval '90 days' and hour <> '-infinity'), 0)::bigint,
                coalesce(sum(files) filter (where hour = '-infinity'), 0)::bigint,
                coalesce(sum(bytes) filter (where hour = '-infinity'), 0)::bigint
            from scanner.verification_tallies where target_id = t.id
        ) v
        where t.deleted_at is null and ($1::int is null or t.id = $1) and lower(t.name) > $2
        order by lower(t.name)
        limit $3
        """;

    // $4 and $5: the period, null: up to now, and as long as verification may take. A lost scan is among the one that
    // went on for it. How many files there were when a period ended says the next scan that began.
    internal const string CoverageSql = """
        select t.id, t.name, p.since, p.until, r.as_of, t.verify_within_days, lower(t.name), known.files,
            extract(epoch from p.until - p.since)::double precision, p.is_current and r.as_of is not null,
            runs.completed, runs.partial, runs.failed, runs.cancelled, runs.verifications, why.reasons, why.runs,
            last.files_skipped, last.files_unknown, case when p.is_current then root.excluded end, g.obstacle, v.*
        from scheduler.targets t
        cross join lateral (
            select coalesce($5, now()) as until, $5::timestamptz is null or $5 >= now() as is_current,
                coalesce($4, coalesce($5, now()) - make_interval(days => t.verify_within_days)) as since
        ) p
        left join scanner.rollups r on r.target_id = t.id
        left join scanner.folders root on root.target_id = t.id and root.parent = '' and root.name = ''
        left join scheduler.verification_guarantees g on g.target_id = t.id
        cross join lateral (
            select coalesce((
                select s.files_before from scheduler.scans s
                where not p.is_current and s.target_id = t.id and s.started_at >= p.until and not s.is_baseline
                order by s.id limit 1), root.files) as files
        ) known
        cross join lateral (
            select count(*) filter (where s.status = 'completed') as completed,
                count(*) filter (where s.status = 'partial') as partial,
                count(*) filter (where s.status = 'failed') as failed,
                count(*) filter (where s.status = 'cancelled') as cancelled,
                coalesce(sum(s.files_verified), 0)::bigint as verifications
            from scheduler.scans s
            where s.target_id = t.id and s.ended_at >= p.since and s.ended_at < p.until
                and s.reason is distinct from 'scanner_lost'
        ) runs
        cross join lateral (
            select coalesce(array_agg(e.reason order by e.reason), '{}') as reasons,
                coalesce(array_agg(e.runs order by e.reason), '{}') as runs
            from (
                select s.reason, count(*) as runs
                from scheduler.scans s
                where s.target_id = t.id and s.ended_at >= p.since and s.ended_at < p.until
                    and s.reason <> 'scanner_lost'
                group by s.reason
            ) e
        ) why
        left join lateral (
            select s.files_skipped, s.files_unknown
            from scheduler.scans s
            where s.target_id = t.id and s.ended_at >= p.since and s.ended_at < p.until
                and s.status in ('completed', 'partial') and s.reason is distinct from 'scanner_lost'
            order by s.id desc limit 1
        ) last on true
        cross join lateral (
            select date_bin('1 hour', p.since, '2000-01-01Z') as since,
                date_bin('1 hour', now(), '2000-01-01Z') - make_interval(days => t.verify_within_days) as promised
        ) h
        cross join lateral (
            select coalesce(sum(files) filter (where state = 1 and hour >= h.since), 0)::bigint,
                coalesce(sum(bytes) filter (where state = 1 and hour >= h.since), 0)::bigint,
                coalesce(sum(files) filter (
                    where state = 1 and hour < h.since and hour >= h.promised), 0)::bigint,
                coalesce(sum(bytes) filter (
                    where state = 1 and hour < h.since and hour >= h.promised), 0)::bigint,
                coalesce(sum(files) filter (
                    where state = 1 and hour < least(h.since, h.promised) and hour <> '-infinity'), 0)::bigint,
                coalesce(sum(bytes) filter (
                    where state = 1 and hour < least(h.since, h.promised) and hour <> '-infinity'), 0)::bigint,
                coalesce(sum(files) filter (where state = 1 and hour = '-infinity'), 0)::bigint,
                coalesce(sum(bytes) filter (where state = 1 and hour = '-infinity'), 0)::bigint,
                coalesce(sum(files) filter (where state = 4), 0)::bigint,
                coalesce(sum(bytes) filter (where state = 4), 0)::bigint,
                coalesce(sum(files) filter (where state = 3), 0)::bigint,
                coalesce(sum(bytes) filter (where state = 3), 0)::bigint,
                coalesce(sum(files) filter (where state = 5), 0)::bigint,
                coalesce(sum(bytes) filter (where state = 5), 0)::bigint
            from scanner.verification_tallies where target_id = t.id and p.is_current
        ) v
        where t.deleted_at is null and ($1::int is null or t.id = $1) and lower(t.name) > $2
        order by lower(t.name)
        limit $3
        """;

    /// <summary>One target more than the limit, when there is one, each with its place in the list.</summary>
    /// <param name="after">Lower-case name of the last target of the page before; empty for the first page.</param>
    public async Task<List<(string SortKey, VerificationView View)>> AgesAsync(
        int? targetId, string after, int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(AgesSql).With(targetId).With(after).With(limit + 1);
        return await command.ReadAllAsync(ReadAges, cancellation);
    }

    /// <summary>Likewise, for a period.</summary>
    public async Task<List<(string SortKey, CoverageView View)>> CoverageAsync(
        int? targetId, DateTimeOffset? since, DateTimeOffset? until, string after, int limit,
        CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(CoverageSql)
            .With(targetId)
            .With(after)
            .With(limit + 1)
            .With(since?.ToUniversalTime())
            .With(until?.ToUniversalTime());
        return await command.ReadAllAsync(row => ReadCoverage(row, isWhole: since is null), cancellation);
    }

    private static (string, VerificationView) ReadAges(NpgsqlDataReader row)
    {
        var asOf = row.TimeOrNull(2);
        return (row.GetString(4), new VerificationView(
            row.GetInt32(0),
            row.GetString(1),
            asOf,
            asOf is null ? null : row.TimeOrNull(3),
            asOf is null
                ? null
                : new VerificationAges(
                    Amount(row, 5), Amount(row, 7), Amount(row, 9), Amount(row, 11), Amount(row, 13))));
    }

    /// <param name="isWhole">The period is as long as verification may take, whatever clocks did meanwhile.</param>
    private static (string, CoverageView) ReadCoverage(NpgsqlDataReader row, bool isWhole)
    {
        var within = row.GetInt32(5);
        var share = isWhole ? 1 : Math.Clamp(TimeSpan.FromSeconds(row.GetDouble(8)).TotalDays / within, 0, 1);
        return (row.GetString(6), new CoverageView(
            row.GetInt32(0),
            row.GetString(1),
            row.Time(2),
            row.Time(3),
            row.TimeOrNull(4),
            within,
            row.LongOrNull(7) is { } files ? (long)Math.Ceiling(files * share) : null,
            row.GetInt64(14),
            row.GetBoolean(9)
                ? new CoverageFiles(
                    Verified: Amount(row, 21),
                    NotDue: Amount(row, 23),
                    Overdue: Amount(row, 25),
                    NeverRead: Amount(row, 27),
                    Unreadable: Amount(row, 29),
                    Corrupted: Amount(row, 31),
                    Tampered: Amount(row, 33))
                : null,
            new CoverageSkips(row.LongOrNull(17), row.LongOrNull(18), row.LongOrNull(19)),
            new CoverageRuns(
                row.GetInt64(10), row.GetInt64(11), row.GetInt64(12), row.GetInt64(13),
                [
                    .. row.GetFieldValue<string[]>(15)
                        .Zip(row.GetFieldValue<long[]>(16), (why, runs) => new RunReason(why, runs)),
                ]),
            GuaranteeObstacles.Read(row.TextOrNull(20))));
    }

    private static FileAmount Amount(NpgsqlDataReader row, int column) =>
        new(row.GetInt64(column), row.GetInt64(column + 1));
}
