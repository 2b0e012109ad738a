using System.Net;
using System.Text.Json.Nodes;

namespace Fixity.Query.Tests.Scans;

[Trait("Category", "Database")]
public sealed class ScanEndpointsTests(RunningQuery query) : IClassFixture<RunningQuery>
{
    [Fact]
    public async Task A_scan_is_shown_as_the_contract_says()
    {
        var target = await query.Database.AddTargetAsync(name: "shown");
        var scan = await query.Database.AddScanAsync(target, "full");
        await query.Database.ExecuteAsync($"""
            update scheduler.scans set trigger = 'catch-up', status = 'running', requested_at = '2026-01-01Z',
                requested_by = 'ann', started_at = '2026-01-02Z', updated_at = '2026-01-03Z', control = 'pause',
                files_before = 100, current_path = 'a/b', files_seen = 7, bytes_seen = 70, large_change = true,
                large_change_reason = 'count' where id = {scan};
            update scheduler.scan_segments set status = 'running', lease_owner = 'scanner-1',
                lease_until = now(), checkpoint = 'a', attempt = 2 where scan_id = {scan};
            """);

        var shown = await query.GetAsync($"/scans/{scan}");

        var expected = JsonNode.Parse($$"""
            {"id":{{scan}},"targetId":{{target}},"targetName":"shown","trigger":"catch-up","mode":"full",
             "status":"running","reason":null,"message":null,"requestedAt":"2026-01-01T00:00:00+00:00",
             "requestedBy":"ann","startedAt":"2026-01-02T00:00:00+00:00","endedAt":null,
             "updatedAt":"2026-01-03T00:00:00+00:00","isBaseline":false,"control":"pause","filesBefore":100,
             "bytesBefore":null,"currentPath":"a/b","filesSeen":7,"bytesSeen":70,"filesHashed":0,"bytesHashed":0,
             "filesAdded":0,"filesDeleted":0,"filesModified":0,"filesMoved":0,"filesCorrupted":0,"filesTampered":0,"filesRestored":0,
             "filesVerified":0,"filesUnreadable":0,"filesUnstable":0,"filesSkipped":0,"filesExcluded":0,
             "filesUnknown":0,"errorsCount":0,"largeChange":true,"largeChangeReason":"count","resumedFrom":null,
             "resumedBy":null,"notBefore":null,"attempt":1,"retryOf":null,
             "segments":[{"ordinal":0,"status":"running","scanner":"scanner-1","checkpoint":"a","attempt":2}],
             "storage":{"state":"unknown","since":null,"reason":null}
            }
            """)!;
        Assert.Equal(expected.ToJsonString(), shown.ToJsonString());
        var listed = Assert.Single(await query.ItemsAsync($"/scans?target={target}"));
        Assert.False(listed.ContainsKey("segments"));
        Assert.False(listed.ContainsKey("storage"));
    }

    [Fact]
    public async Task A_scan_that_was_lost_and_the_one_that_goes_on_lead_to_each_other_and_count_as_one()
    {
        var target = await query.Database.AddTargetAsync();
        var lost = await query.Database.AddScanAsync(target);
        await query.Database.ExecuteAsync($"""
            insert into scanner.target_states (target_id, state) values ({target}, 'online');
            update scheduler.scans set status = 'running', started_at = '2026-01-02Z', files_seen = 7 where id = {lost};
            update scheduler.scan_segments set status = 'running', lease_until = now() - interval '1 s' where scan_id = {lost};
            select scheduler.resume_scan({lost})
            """);

        var old = await query.GetAsync($"/scans/{lost}");
        var next = await query.GetAsync($"/scans/{old["resumedBy"]}");

        Assert.Equal(("partial", "scanner_lost"), ((string?)old["status"], (string?)old["reason"]));
        Assert.Equal(("resume", lost, 7), ((string?)next["trigger"], (long)next["resumedFrom"]!, (long)next["filesSeen"]!));
        Assert.Null(next["resumedBy"]);
        Assert.Equal("2026-01-02T00:00:00+00:00", (string?)next["startedAt"]);
        // Its target has had no scan yet that looked at all of it, and none has ended.
        var shown = await query.GetAsync($"/targets/{target}");
        Assert.Null(shown["filesPresent"]);
        Assert.Null(shown["lastScan"]);
        Assert.Equal((long)next["id"]!, (long)shown["activeScan"]!["id"]!);
    }

    [Theory]
    [InlineData("online", null)]
    [InlineData("offline", "storage_share_missing")]
    [InlineData("degraded", "stalled_reads")]
    [InlineData("denied", "storage_login_refused")]
    public async Task A_scan_and_its_target_tell_how_the_storage_stands_since_when_and_why(string state, string? reason)
    {
        var target = await query.Database.AddTargetAsync();
        var scan = await query.Database.AddScanAsync(target);
        await query.Database.ExecuteAsync($"""
            insert into scanner.target_states (target_id, state, state_since, state_reason)
            values ({target}, '{state}', '2026-02-03Z', {(reason is null ? "null" : $"'{reason}'")})
            on conflict (target_id) do update set state = excluded.state, state_since = excluded.state_since,
                state_reason = excluded.state_reason
            """);

        var ofScan = (await query.GetAsync($"/scans/{scan}"))["storage"]!;
        var ofTarget = await query.GetAsync($"/targets/{target}");

        Assert.Equal(
            (state, new DateTimeOffset(2026, 2, 3, 0, 0, 0, TimeSpan.Zero), reason),
            ((string)ofScan["state"]!, (DateTimeOffset)ofScan["since"]!, (string?)ofScan["reason"]));
        Assert.Equal(
            (state, new DateTimeOffset(2026, 2, 3, 0, 0, 0, TimeSpan.Zero), reason),
            ((string)ofTarget["state"]!, (DateTimeOffset)ofTarget["stateSince"]!, (string?)ofTarget["stateReason"]));
    }

    [Fact]
    public async Task Each_count_is_read_from_its_own_column()
    {
        string[] columns =
        [
            "bytes_before", "files_hashed", "bytes_hashed", "files_added", "files_deleted", "files_modified",
            "files_moved", "files_corrupted", "files_restored", "files_verified", "files_unreadable",
            "files_unstable", "files_skipped", "files_unknown", "errors_count", "files_tampered", "files_excluded",
        ];
        var scan = await query.Database.AddScanAsync(await query.Database.AddTargetAsync());
        await query.Database.ExecuteAsync(
            $"update scheduler.scans set {string.Join(", ", columns.Select((c, i) => $"{c} = {i + 1}"))} where id = {scan}");

        var shown = await query.GetAsync($"/scans/{scan}");

        Assert.Equal(
            Enumerable.Range(1, columns.Length).Select(i => (long)i),
            columns.Select(column => (long)shown[CamelCase(column)]!));
    }

    [Fact]
    public async Task Scans_come_newest_first_and_a_new_one_disturbs_no_page()
    {
        var target = await query.Database.AddTargetAsync();
        var old = new List<long>();
        for (var i = 0; i < 9; i++)
        {
            old.Add(await EndedScanAsync(target, i % 3 == 0 ? "failed" : "completed"));
        }

        var seen = await query.AllAsync($"/scans?target={target}", 2, async _ => await EndedScanAsync(target, "completed"));
        Assert.Equal(old.OrderDescending(), Ids(seen));

        var failed = await query.AllAsync($"/scans?target={target}&status=failed,cancelled", 2);
        Assert.Equal([old[6], old[3], old[0]], Ids(failed));
    }

    [Fact]
    public async Task Status_may_be_repeated()
    {
        var target = await query.Database.AddTargetAsync();
        await EndedScanAsync(target, "cancelled");
        await EndedScanAsync(target, "failed");
        await EndedScanAsync(target, "completed");

        var found = await query.ItemsAsync($"/scans?target={target}&status=failed&status=cancelled");

        Assert.Equal(["failed", "cancelled"], found.Select(scan => (string)scan["status"]!));
    }

    [Fact]
    public async Task Errors_come_in_the_order_they_happened()
    {
        var scan = await query.Database.AddScanAsync(await query.Database.AddTargetAsync());
        await query.Database.ExecuteAsync($"""
            insert into scanner.scan_errors (scan_id, path, kind, message)
            select {scan}, 'p' || n, 'timeout', 'No byte for 60 s.' from generate_series(1, 5) n;
            insert into scanner.scan_errors (scan_id, path, kind, message) values ({scan} + 1000, 'other', 'x', 'x');
            insert into scanner.scan_errors (scan_id, path, kind, message) values ({scan}, 'pipe', 'skipped', 'fifo');
            """);

        var errors = await query.AllAsync($"/scans/{scan}/errors", 2);

        Assert.Equal(["p1", "p2", "p3", "p4", "p5", "pipe"], errors.Select(error => (string)error["path"]!));
        Assert.Equal(
            ["p1", "p2", "p3", "p4", "p5"],
            (await query.AllAsync($"/scans/{scan}/errors?skipped=false", 2)).Select(error => (string)error["path"]!));
        Assert.Equal(
            ["pipe fifo"],
            (await query.AllAsync($"/scans/{scan}/errors?skipped=true", 2)).Select(e => $"{e["path"]} {e["message"]}"));
        Assert.Equal(["id", "path", "kind", "message", "occurredAt"], errors[0].Select(member => member.Key));
    }

    [Fact]
    public async Task An_unknown_status_is_named()
    {
        var (status, problem) = await query.GetProblemAsync("/scans?status=Running");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("queued", problem.GetProperty("errors").GetProperty("status")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_exist_is_not_found()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await query.GetProblemAsync("/scans/987654")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await query.GetProblemAsync("/scans/987654/errors")).Status);
    }

    private async Task<long> EndedScanAsync(int target, string status)
    {
        var scan = await query.Database.AddScanAsync(target);
        await query.Database.EndScanAsync(scan, status, "2026-01-01T00:00:00Z");
        return scan;
    }

    private static IEnumerable<long> Ids(IEnumerable<JsonObject> scans) => scans.Select(scan => (long)scan["id"]!);

    private static string CamelCase(string column)
    {
        var words = column.Split('_');
        return words[0] + string.Concat(words.Skip(1).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }
}
