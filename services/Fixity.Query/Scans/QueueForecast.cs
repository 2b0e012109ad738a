using Fixity.Core;
using Fixity.Data;
using Fixity.Query.Reading;
using Npgsql;

namespace Fixity.Query.Scans;

/// <summary>Says of a scan that has not ended when it may begin and how long it may take.</summary>
/// <remarks>
/// An estimate: each scan that runs or waits before it takes one place of one scanner for as long as its target's last
/// scans took. Where one of those has no past and its end would count, nothing is said.
/// </remarks>
internal sealed class QueueForecast(NpgsqlDataSource database, SettingsReader settings, TimeProvider clock)
{
    private const double Never = double.PositiveInfinity;

    // The usual duration of a target's scans of this mode, since one that reads everything says nothing of one that does
    // not, nor the other way round. One slow night does not move a median.
    private const string UsualSql = """
        select percentile_cont(0.5) within group (order by seconds)
        from (
            select extract(epoch from c.ended_at - c.started_at)::double precision as seconds
            from scheduler.scans c
            where c.target_id = s.target_id and c.mode = s.mode and c.status = 'completed'
                and c.started_at is not null
            order by c.id desc limit 5
        ) ended
        """;

    private const string OwnSql = $"""
        select q.position, q.has_room, q.not_before, q.blackout_until, ({UsualSql})
        from scheduler.scans s left join scheduler.scan_queue q on q.scan_id = s.id
        where s.id = $1
        """;

    private const string AheadSql = $"""
        select 0, t.server_key, ({UsualSql}) - extract(epoch from now() - s.started_at)::double precision
        from scheduler.scans s join scheduler.targets t on t.id = s.target_id
        where s.status = 'running'
        union all
        select q.position, q.server_key, ({UsualSql})
        from scheduler.scan_queue q join scheduler.scans s on s.id = q.scan_id
        where q.position <= $1
        order by 1
        """;

    public async Task<ScanView> CompleteAsync(ScanView scan, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(OwnSql).With(scan.Id);
        if (await command.ReadOneAsync(ReadOwn, cancellation) is not { } own)
        {
            return scan;
        }

        var waitsFor = own.WaitsFor;
        return scan with
        {
            WaitsFor = scan.Status == ScanStatus.Running || scan.Control is not null ? null : waitsFor,
            QueuePosition = own.Position,
            ExpectedSeconds = own.UsualSeconds,
            ExpectedStartAt = own.Position is { } position
                ? await ExpectAsync(position, cancellation)
                : own.Later,
        };
    }

    private async Task<DateTimeOffset?> ExpectAsync(long position, CancellationToken cancellation)
    {
        await using var slots = database.CreateCommand("""
            select coalesce(sum(slots), 0) from scanner.replicas where seen_at > now() - interval '30 s'
            """);
        var places = (long)(await slots.ExecuteScalarAsync(cancellation))!;
        var limit = settings.Current.Of(Settings.MaxActiveScans) ?? int.MaxValue;
        await using var command = database.CreateCommand(AheadSql).With(position);
        var ahead = await command.ReadAllAsync(ReadAhead, cancellation);
        var wait = SecondsUntil(
            ahead, (int)Math.Min(places, limit), settings.Current.Of(Settings.MaxActiveScansPerServer));
        return double.IsFinite(wait) ? clock.GetUtcNow().AddSeconds(wait) : null;
    }

    /// <summary>When the last of them begins, from now.</summary>
    /// <param name="inOrder">Those that run, then the queue up to the scan in question.</param>
    internal static double SecondsUntil(IReadOnlyList<Ahead> inOrder, int places, int perServer)
    {
        if (places == 0)
        {
            return Never;
        }

        var free = new PriorityQueue<int, double>(Enumerable.Repeat((0, 0.0), places));
        var servers = new Dictionary<string, PriorityQueue<int, double>>();
        var begin = 0.0;
        foreach (var scan in inOrder)
        {
            free.TryDequeue(out _, out begin);
            if (scan.Server is { } server)
            {
                if (!servers.TryGetValue(server, out var ends))
                {
                    servers[server] = ends = new PriorityQueue<int, double>();
                }

                if (!scan.IsRunning && ends.Count >= perServer && ends.TryDequeue(out _, out var room))
                {
                    begin = Math.Max(begin, room);
                }

                ends.Enqueue(0, EndOf(scan, begin));
            }

            free.Enqueue(0, EndOf(scan, begin));
        }

        return begin;
    }

    private static double EndOf(Ahead scan, double begin) => scan.Seconds is { } seconds
        ? (scan.IsRunning ? 0 : begin) + Math.Max(0, seconds)
        : Never;

    private static Own ReadOwn(NpgsqlDataReader row) => new(
        row.LongOrNull(0), !row.IsDBNull(1) && row.GetBoolean(1), row.TimeOrNull(2), row.TimeOrNull(3),
        row.DoubleOrNull(4), IsWaiting: !row.IsDBNull(1));

    private static Ahead ReadAhead(NpgsqlDataReader row) =>
        new(row.GetInt64(0) == 0, row.TextOrNull(1), row.DoubleOrNull(2));

    /// <param name="Seconds">That it takes from its beginning, or, if it runs, from now; null: nobody knows.</param>
    internal sealed record Ahead(bool IsRunning, string? Server, double? Seconds);

    private sealed record Own(
        long? Position, bool HasRoom, DateTimeOffset? NotBefore, DateTimeOffset? BlackoutUntil, double? UsualSeconds,
        bool IsWaiting)
    {
        public DateTimeOffset? Later => NotBefore > BlackoutUntil ? NotBefore : BlackoutUntil ?? NotBefore;

        public ScanWait? WaitsFor => !IsWaiting ? null
            : BlackoutUntil is not null ? ScanWait.Blackout
            : NotBefore is not null ? ScanWait.Time
            : HasRoom ? ScanWait.Scanner
            : ScanWait.Room;
    }
}
