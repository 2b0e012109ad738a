using Fixity.Query.Reading;
using Npgsql;

namespace Fixity.Query.Statistics;

/// <summary>Counts what stands in the database now; nothing is kept, so nothing can be stale.</summary>
internal sealed class StatisticsQueries(NpgsqlDataSource database)
{
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
            where t.deleted_at is null
        ), bad as (
            select count(*) filter (where f.state = 3) as corrupted, count(*) filter (where f.state = 4) as unreadable,
                   count(*) filter (where f.state = 5) as tampered
            from scanner.files f
            join watched w on w.id = f.target_id
            where f.state in (3, 4, 5)
        ), recent as (
            select count(*) filter (where c.type = 'added') as added,
                   count(*) filter (where c.type = 'deleted') as deleted,
                   count(*) filter (where c.type = 'modified') as modified,
                   count(*) filter (where c.type = 'moved') as moved,
                   count(*) filter (where c.type = 'attributes') as attributes,
                   count(*) filter (where c.type = 'corrupted') as corrupted,
                   count(*) filter (where c.type = 'tampered') as tampered,
                   count(*) filter (where c.type = 'restored') as restored
            from scanner.change_events c
            join watched w on w.id = c.target_id
            where c.detected_at >= now() - interval '24 hours'
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

    public async Task<OverviewView> OverviewAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(OverviewSql);
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
