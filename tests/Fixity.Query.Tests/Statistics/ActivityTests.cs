using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Fixity.Query.Tests.Statistics;

[Trait("Category", "Database")]
public sealed class ActivityTests(RunningQuery query) : IClassFixture<RunningQuery>
{
    [Theory]
    [InlineData("UTC")]
    [InlineData("Europe/Berlin")]
    [InlineData("America/New_York")]
    [InlineData("Asia/Kathmandu")]
    [InlineData("Australia/Lord_Howe")]
    public async Task Days_equal_what_is_counted_event_by_event_counted_before_or_not(string zone)
    {
        var target = await query.Database.AddTargetAsync();
        await AddEventsAsync(target, 3000);
        await CountUpToAsync(target, share: 0.6);

        foreach (var asked in new[] { $"&target={target}", "" })
        {
            var activity = await query.GetAsync($"/stats/activity?timeZone={Uri.EscapeDataString(zone)}{asked}");

            Assert.Equal(zone, (string?)activity["timeZone"]);
            var days = activity["days"]!.AsArray();
            Assert.InRange(days.Count, 365, 366);
            Assert.Equal((string?)activity["from"], (string?)days[0]!["date"]);
            Assert.Equal((string?)activity["to"], (string?)days[^1]!["date"]);
            Assert.Equal(
                await query.Database.ListAsync($"""
                    select concat_ws(' ', (c.detected_at at time zone '{zone}')::date, c.type, count(*)) as line
                    from scanner.change_events c join scheduler.targets t on t.id = c.target_id
                    where ({(asked == "" ? "t.deleted_at is null" : $"c.target_id = {target}")})
                        and (c.detected_at at time zone '{zone}')::date between '{activity["from"]}' and '{activity["to"]}'
                    group by (c.detected_at at time zone '{zone}')::date, c.type order by line
                    """),
                days.SelectMany(CountsOf).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task A_day_on_which_nobody_looked_is_not_known()
    {
        var target = await query.Database.AddTargetAsync();
        var scan = await query.Database.AddScanAsync(target);
        await query.Database.ExecuteAsync($"""
            update scheduler.scans set status = 'completed', started_at = '2026-03-01T23:00Z', ended_at = '2026-03-03T01:00Z'
            where id = {scan}
            """);
        var failed = await query.Database.AddScanAsync(target);
        await query.Database.ExecuteAsync($"""
            update scheduler.scans set status = 'failed', started_at = '2026-03-04T02:00Z', ended_at = '2026-03-04T02:01Z'
            where id = {failed}
            """);

        var activity = await query.GetAsync(
            $"/stats/activity?target={target}&from=2026-02-28&to=2026-03-05&timeZone=UTC");

        Assert.Equal(
            ["2026-02-28 0 unknown", "2026-03-01 0 known", "2026-03-02 0 known", "2026-03-03 1 known", "2026-03-04 1 unknown",
                "2026-03-05 0 unknown"],
            activity["days"]!.AsArray().Select(day =>
                $"{day!["date"]} {day["scans"]} {(day["changes"] is null ? "unknown" : "known")}"));
        Assert.Equal(0, (long?)activity["days"]![1]!["changes"]!["added"]);
    }

    [Theory]
    [InlineData("timeZone=Mars/Olympus", "timeZone")]
    [InlineData("timeZone=W.%20Europe%20Standard%20Time", "timeZone")]
    [InlineData("from=2026-01-02&to=2026-01-01", "from")]
    [InlineData("from=2024-01-01&to=2026-01-01", "from")]
    [InlineData("from=0001-01-01&to=0001-01-02", "to")]
    [InlineData("to=0001-01-01", "to")]
    [InlineData("to=9999-12-31", "to")]
    public async Task What_cannot_be_asked_is_told(string asked, string field)
    {
        var (status, problem) = await query.GetProblemAsync("/stats/activity?" + asked);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.ToString());
    }

    private static IEnumerable<string> CountsOf(JsonNode? day) => day!["changes"] is not JsonObject changes
        ? []
        : from count in changes
          where (long)count.Value! > 0
          select string.Create(CultureInfo.InvariantCulture, $"{day["date"]} {count.Key} {(long)count.Value!}");

    private Task AddEventsAsync(int target, int events) => query.Database.ExecuteAsync($"""
        select setseed(0.5);
        select scanner.ensure_change_partitions((now() at time zone 'UTC')::date - 420, 15);
        insert into scanner.change_events (detected_at, target_id, file_id, path, type)
        select now() - random() * interval '400 days', {target}, n, 'f' || n,
            (array['added', 'deleted', 'modified', 'moved', 'attributes', 'touched', 'corrupted', 'tampered', 'restored',
                'accepted'])[1 + n % 10]
        from generate_series(1, {events}) n
        """);

    /// <summary>In the place of the scanner: the first of the events in commit order are counted.</summary>
    private Task CountUpToAsync(int target, double share) => query.Database.ExecuteAsync($$"""
        truncate scanner.change_tallies;
        update scanner.change_tally_cursor k set transaction_id = e.transaction_id, event_id = e.id
        from (
            select transaction_id, id from scanner.change_events where target_id = {{target}}
            order by transaction_id, id offset {{(int)(3000 * share)}} limit 1
        ) e;
        insert into scanner.change_tallies (target_id, slot, type, events)
        select c.target_id, date_bin('15 minutes', c.detected_at, '2000-01-01Z'), c.type, count(*)
        from scanner.change_events c cross join scanner.change_tally_cursor k
        where (c.transaction_id, c.id) <= (k.transaction_id, k.event_id)
        group by 1, 2, 3
        """);
}
