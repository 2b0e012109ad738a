using Fixity.Query.Reading;
using Npgsql;

namespace Fixity.Query.Statistics;

/// <summary>Counts what stands in the database now; of the changes what is counted already, and the rest.</summary>
internal sealed class StatisticsQueries(NpgsqlDataSource database, TimeProvider clock)
{
    // As far apart as this process and the database may see the time.
    private static readonly TimeSpan Skew = TimeSpan.FromHours(48);

    // $1: the target (null: all), $2 and $3: how far changes are counted, $4: a time well before the last 24 hours, which
    // spares the planner ten years of months.
    /// <summary>Targets that were deleted count in none of it.</summary>
    internal const string OverviewSql = """
        with watched as (
            select t.id, ts.state, ts.files_present - ts.files_waiting as files_present,
                   ts.bytes_present - ts.bytes_waiting as bytes_present, oldest.verified_at,
                   exists (
                       select from scheduler.scans s
                       where s.target_id = t.id and s.status in ('completed', 'partial')
                           and s.reason is distinct from 'scanner_lost') as listed
            from scheduler.targets t
            left join scanner.target_states ts on ts.target_id = t.id
            left join lateral (
                select f.verified_at from scanner.files f
                where f.target_id = t.id and f.state <> 2 and f.state <> 6 and f.verified_at is not null
                order by f.verified_at limit 1
            ) oldest on true
            where t.deleted_at is null and ($1::int is null or t.id = $1)
        ), bad as (
            select count(*) filter (where f.state = 3) as corrupted, count(*) filter (where f.state = 4) as unreadable,
                   count(*) filter (where f.state = 5) as tampered
            from scanner.files f
            join watched w on w.id = f.target_id
            where f.state in (3, 4, 5)
        ), found as (
            select t.target_id, t.type, t.events
            from scanner.change_tallies t
            where t.slot >= date_bin('15 minutes', now() - interval '23:45', '2000-01-01Z')
            union all
            -- Of the quarter of an hour that the 24 hours begin in.
            select c.target_id, c.type, 1
            from scanner.change_events c
            where c.detected_at >= now() - interval '24 hours'
                and c.detected_at < date_bin('15 minutes', now() - interval '23:45', '2000-01-01Z')
                and c.detected_at >= $4 and (c.transaction_id, c.id) <= ($2, $3)
            union all
            select c.target_id, c.type, 1
            from scanner.change_events c
            where c.detected_at >= now() - interval '24 hours' and c.detected_at >= $4
                and (c.transaction_id, c.id) > ($2, $3)
        ), recent as (
            select coalesce(sum(f.events) filter (where f.type = 'added'), 0)::bigint as added,
                   coalesce(sum(f.events) filter (where f.type = 'deleted'), 0)::bigint as deleted,
                   coalesce(sum(f.events) filter (where f.type = 'modified'), 0)::bigint as modified,
                   coalesce(sum(f.events) filter (where f.type = 'moved'), 0)::bigint as moved,
                   coalesce(sum(f.events) filter (where f.type = 'attributes'), 0)::bigint as attributes,
                   coalesce(sum(f.events) filter (where f.type = 'corrupted'), 0)::bigint as corrupted,
                   coalesce(sum(f.events) filter (where f.type = 'tampered'), 0)::bigint as tampered,
                   coalesce(sum(f.events) filter (where f.type = 'restored'), 0)::bigint as restored
            from found f join watched w on w.id = f.target_id
        ), totals as (
            select count(*)::int as targets,
                   (count(*) filter (where w.state in ('offline', 'denied')))::int as offline,
                   -- Of no targets at all, none is the truth and not a gap.
                   case when count(*) = 0 then 0 else sum(w.files_present) filter (where w.listed) end as files,
                   case when count(*) = 0 then 0 else sum(w.bytes_present) filter (where w.listed) end as bytes,
                   count(*) = 0 or bool_or(w.listed) as listed,
                   min(w.verified_at) as oldest_verification
            from watched w
        )
        select totals.targets, totals.offline, totals.files::bigint, totals.bytes::bigint,
               bad.corrupted,
               bad.unreadable,
               (select count(*) from scanner.change_events c
                join watched w on w.id = c.target_id
                where c.type in ('corrupted', 'tampered') and c.acknowledged_at is null),
               (select count(*)::int from scheduler.scans s
                join watched w on w.id = s.target_id
                where s.status in ('queued', 'running', 'paused')),
               recent.added, recent.deleted, recent.modified, recent.moved, recent.corrupted, recent.restored,
               totals.oldest_verification, totals.listed, bad.tampered,
               recent.attributes, recent.tampered
        from totals, bad, recent
        """;

    /// <param name="targetId">Null: of all.</param>
    public async Task<OverviewView> OverviewAsync(int? targetId, CancellationToken cancellation)
    {
        await using var snapshot = await TallySnapshot.TakeAsync(database, cancellation);
        await using var command = snapshot.CreateCommand(OverviewSql)
            .With(targetId)
            .WithTransaction(snapshot.TransactionId)
            .With(snapshot.EventId)
            .With(clock.GetUtcNow() - TimeSpan.FromHours(24) - Skew);
        return (await command.ReadOneAsync(ReadOverview, cancellation))!;
    }

    private static OverviewView ReadOverview(NpgsqlDataReader row)
    {
        var listed = row.GetBoolean(15);
        return new OverviewView(
            row.GetInt32(0),
            row.GetInt32(1),
            row.LongOrNull(2),
            row.LongOrNull(3),
            row.CountOrUnknown(4, listed),
            row.CountOrUnknown(16, listed),
            row.CountOrUnknown(5, listed),
            row.GetInt64(6),
            row.GetInt32(7),
            new ChangeCounts(
                Added: row.GetInt64(8),
                Deleted: row.GetInt64(9),
                Modified: row.GetInt64(10),
                Moved: row.GetInt64(11),
                Attributes: row.GetInt64(17),
                Corrupted: row.GetInt64(12),
                Tampered: row.GetInt64(18),
                Restored: row.GetInt64(13)),
            row.TimeOrNull(14));
    }
}
