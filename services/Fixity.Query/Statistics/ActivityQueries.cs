using Fixity.Query.Reading;
using Npgsql;

namespace Fixity.Query.Statistics;

/// <summary>Counts changes by day: what the scanner has counted, and the events that it has not come to yet.</summary>
internal sealed class ActivityQueries(NpgsqlDataSource database)
{
    // $1: the target (null: those that are not deleted), $2 and $3: first and last day, $4: the time zone, $5 and $6: the
    // cursor. The times are constants to the planner, who leaves out the months before. A scan looked on each day that
    // it ran, if it saw anything.
    internal const string Sql = """
        with found as (
            select t.target_id, t.slot as at, t.type, t.events
            from scanner.change_tallies t
            where t.slot >= $2::date::timestamp at time zone $4
                and t.slot < ($3::date + 1)::timestamp at time zone $4
            union all
            select c.target_id, c.detected_at, c.type, 1
            from scanner.change_events c
            where (c.transaction_id, c.id) > ($5, $6)
                and c.detected_at >= $2::date::timestamp at time zone $4
                and c.detected_at < ($3::date + 1)::timestamp at time zone $4
        ), changed as (
            select (f.at at time zone $4)::date as day,
                sum(f.events) filter (where f.type = 'added') as added,
                sum(f.events) filter (where f.type = 'deleted') as deleted,
                sum(f.events) filter (where f.type = 'modified') as modified,
                sum(f.events) filter (where f.type = 'moved') as moved,
                sum(f.events) filter (where f.type = 'attributes') as attributes,
                sum(f.events) filter (where f.type = 'touched') as touched,
                sum(f.events) filter (where f.type = 'corrupted') as corrupted,
                sum(f.events) filter (where f.type = 'tampered') as tampered,
                sum(f.events) filter (where f.type = 'restored') as restored,
                sum(f.events) filter (where f.type = 'accepted') as accepted
            from found f join scheduler.targets t on t.id = f.target_id
            where ($1::int is null and t.deleted_at is null) or t.id = $1
            group by 1
        ), ran as (
            select (s.started_at at time zone $4)::date as first,
                (coalesce(s.ended_at, now()) at time zone $4)::date as last,
                s.ended_at is not null and s.reason is distinct from 'scanner_lost' as has_ended,
                s.files_seen > 0 or s.status in ('completed', 'partial') as has_looked
            from scheduler.scans s join scheduler.targets t on t.id = s.target_id
            where (($1::int is null and t.deleted_at is null) or t.id = $1) and s.started_at is not null
                and s.started_at < ($3::date + 1)::timestamp at time zone $4
                and (s.ended_at is null or s.ended_at >= $2::date::timestamp at time zone $4)
        ), looked as (
            select r.first + n as day, count(*) filter (where r.has_ended and r.first + n = r.last) as scans,
                bool_or(r.has_looked) as has_looked
            from ran r cross join lateral generate_series(0, r.last - r.first) as n
            group by 1
        )
        select d.day, coalesce(l.scans, 0), coalesce(l.has_looked, false) or c.day is not null,
            coalesce(c.added, 0)::bigint, coalesce(c.deleted, 0)::bigint, coalesce(c.modified, 0)::bigint,
            coalesce(c.moved, 0)::bigint, coalesce(c.attributes, 0)::bigint, coalesce(c.touched, 0)::bigint,
            coalesce(c.corrupted, 0)::bigint, coalesce(c.tampered, 0)::bigint, coalesce(c.restored, 0)::bigint,
            coalesce(c.accepted, 0)::bigint
        from (select $2::date + n as day from generate_series(0, $3::date - $2::date) as n) d
        left join changed c on c.day = d.day
        left join looked l on l.day = d.day
        order by d.day
        """;

    // invalid_parameter_value: a zone that .NET knows and the server does not.
    private const string UnknownZone = "22023";

    /// <param name="targetId">Null: of all.</param>
    /// <returns>Null: PostgreSQL does not know the time zone.</returns>
    public async Task<List<ActivityDay>?> DaysAsync(
        int? targetId, DateOnly from, DateOnly to, string timeZone, CancellationToken cancellation)
    {
        await using var snapshot = await TallySnapshot.TakeAsync(database, cancellation);
        await using var command = snapshot.CreateCommand(Sql)
            .With(targetId)
            .With(from)
            .With(to)
            .With(timeZone)
            .WithTransaction(snapshot.TransactionId)
            .With(snapshot.EventId);
        try
        {
            return await command.ReadAllAsync(ReadDay, cancellation);
        }
        catch (PostgresException refused) when (refused.SqlState == UnknownZone)
        {
            return null;
        }
    }

    private static ActivityDay ReadDay(NpgsqlDataReader row) => new(
        row.GetFieldValue<DateOnly>(0),
        row.GetInt64(1),
        !row.GetBoolean(2)
            ? null
            : new ActivityCounts(
                Added: row.GetInt64(3),
                Deleted: row.GetInt64(4),
                Modified: row.GetInt64(5),
                Moved: row.GetInt64(6),
                Attributes: row.GetInt64(7),
                Touched: row.GetInt64(8),
                Corrupted: row.GetInt64(9),
                Tampered: row.GetInt64(10),
                Restored: row.GetInt64(11),
                Accepted: row.GetInt64(12)));
}
