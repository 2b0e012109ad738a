using System.Net;
using System.Text.Json.Nodes;

namespace Fixity.Query.Tests.Statistics;

[Trait("Category", "Database")]
public sealed class VerificationTests(RunningQuery query) : IClassFixture<RunningQuery>
{
    [Fact]
    public async Task Files_are_told_by_the_age_of_their_last_verification()
    {
        var target = await AddCountedTargetAsync();

        var told = Assert.Single(await query.ItemsAsync($"/stats/verification?target={target}"));

        Assert.Equal(target, (int?)told["targetId"]);
        Assert.Equal("2025-01-01T00:00:00+00:00", (string?)told["oldestVerificationAt"]);
        Assert.NotNull(told["asOf"]);
        AssertJson(
            """
            {"upTo7Days":{"files":110,"bytes":1100},"upTo30Days":{"files":20,"bytes":200},
             "upTo90Days":{"files":31,"bytes":310},"older":{"files":50,"bytes":500},"never":{"files":66,"bytes":660}}
            """, told["ages"]);
    }

    [Fact]
    public async Task What_was_not_counted_is_null()
    {
        var target = await query.Database.AddTargetAsync();

        var ages = Assert.Single(await query.ItemsAsync($"/stats/verification?target={target}"));
        var coverage = Assert.Single(await query.ItemsAsync($"/stats/coverage?target={target}"));

        Assert.Null(ages["asOf"]);
        Assert.Null(ages["ages"]);
        Assert.Null(coverage["expected"]);
        Assert.Null(coverage["files"]);
        AssertJson("""{"notRegular":null,"unknown":null,"excluded":null}""", coverage["skipped"]);
        AssertJson("""{"completed":0,"partial":0,"failed":0,"cancelled":0,"reasons":[]}""", coverage["runs"]);
    }

    [Fact]
    public async Task The_ledger_says_what_was_promised_what_was_done_and_what_was_not_and_why()
    {
        var target = await AddCountedTargetAsync();
        await EndScanAsync(target, "completed", "now() - interval '3 days'", verified: 12);
        await EndScanAsync(target, "partial', reason = 'unknown_files", "now() - interval '2 days'", verified: 5);
        await EndScanAsync(target, "failed', reason = 'storage_unreachable", "now() - interval '1 day'", verified: 0);
        await EndScanAsync(target, "partial', reason = 'scanner_lost", "now() - interval '1 day'", verified: 99);
        await EndScanAsync(target, "completed", "now() - interval '100 days'", verified: 1000);

        var told = Assert.Single(await query.ItemsAsync($"/stats/coverage?target={target}"));

        Assert.Equal(90, (int?)told["verifyWithinDays"]);
        Assert.Equal(277, (long?)told["expected"]);
        Assert.Equal(17, (long?)told["verifications"]);
        AssertJson(
            """
            {"verified":{"files":150,"bytes":1500},"notDue":{"files":0,"bytes":0},"overdue":{"files":50,"bytes":500},
             "neverRead":{"files":60,"bytes":600},"unreadable":{"files":6,"bytes":60},"corrupted":{"files":10,"bytes":100},
             "tampered":{"files":1,"bytes":10}}
            """, told["files"]);
        AssertJson("""{"notRegular":3,"unknown":4,"excluded":8}""", told["skipped"]);
        AssertJson(
            """
            {"completed":1,"partial":1,"failed":1,"cancelled":0,"reasons":[{"reason":"storage_unreachable","runs":1},
             {"reason":"unknown_files","runs":1}]}
            """, told["runs"]);
        Assert.Equal("rate", (string?)told["obstacle"]);
    }

    [Fact]
    public async Task Of_a_part_of_the_days_promised_a_part_of_the_files_is_expected_and_the_rest_not_due()
    {
        var target = await AddCountedTargetAsync();
        var since = Uri.EscapeDataString(DateTimeOffset.UtcNow.AddDays(-9).ToString("O"));

        var told = Assert.Single(await query.ItemsAsync($"/stats/coverage?target={target}&since={since}"));

        Assert.Equal(28, (long?)told["expected"]); // A tenth of 277, rounded up.
        Assert.Equal(120, (long?)told["files"]!["verified"]!["files"]);
        Assert.Equal(30, (long?)told["files"]!["notDue"]!["files"]);
        Assert.Equal(50, (long?)told["files"]!["overdue"]!["files"]);
    }

    [Fact]
    public async Task Of_a_period_that_is_over_only_what_scans_counted_is_known()
    {
        var target = await AddCountedTargetAsync();
        await EndScanAsync(target, "completed", "timestamptz '2026-03-05Z'", verified: 12);
        await EndScanAsync(target, "completed", "timestamptz '2026-04-05Z'", verified: 7, filesBefore: 900);

        var told = Assert.Single(await query.ItemsAsync(
            $"/stats/coverage?target={target}&since=2026-03-01T00:00:00Z&until=2026-03-31T00:00:00Z"));

        Assert.Equal(300, (long?)told["expected"]); // A third of the 900 that the next scan began with.
        Assert.Equal(12, (long?)told["verifications"]);
        Assert.Null(told["files"]);
        Assert.Null(told["skipped"]!["excluded"]);
        Assert.Equal(3, (long?)told["skipped"]!["notRegular"]);
    }

    [Fact]
    public async Task Targets_come_page_by_page_by_name()
    {
        foreach (var name in new[] { "page b", "Page a", "page c" })
        {
            await query.Database.AddTargetAsync(name: name);
        }

        foreach (var list in new[] { "/stats/verification", "/stats/coverage" })
        {
            var names = (await query.AllAsync(list, 1)).ConvertAll(target => (string)target["targetName"]!);
            Assert.Equal(
                ["Page a", "page b", "page c"],
                names.Where(name => name.StartsWith("page", StringComparison.OrdinalIgnoreCase)));
        }
    }

    [Theory]
    [InlineData("since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z")]
    [InlineData("since=9999-12-31T23:59:59.9999999Z")]
    [InlineData("since=0001-01-01T00:00:00Z")]
    public async Task A_period_that_is_none_is_refused(string asked)
    {
        var (status, problem) = await query.GetProblemAsync("/stats/coverage?" + asked);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.True(problem.GetProperty("errors").TryGetProperty("since", out _));
    }

    [Fact]
    public async Task A_period_may_end_in_the_future() =>
        Assert.NotNull((await query.GetAsync("/stats/coverage?until=9999-12-31T23:59:59.9999999Z"))["items"]);

    private static void AssertJson(string expected, JsonNode? actual) =>
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), actual?.ToJsonString());

    /// <summary>In the place of the scanner.</summary>
    private async Task<int> AddCountedTargetAsync()
    {
        var target = await query.Database.AddTargetAsync();
        await query.Database.ExecuteAsync($"""
            insert into scanner.rollups (target_id, as_of) values ({target}, now());
            insert into scanner.folders (target_id, parent, name, files, bytes, corrupted, tampered, unreadable,
                never_verified, oldest_verified_at, deleted, excluded, changed)
            values ({target}, '', '', 277, 2770, 10, 1, 6, 66, '2025-01-01Z', 0, 8, 0);
            insert into scanner.verification_tallies (target_id, hour, state, files, bytes)
            select {target}, date_bin('1 hour', now(), '2000-01-01Z') + v.age, v.state, v.files, 10 * v.files
            from (values
                (interval '0', 1, 100), (interval '-7 days', 3, 10), (interval '-7 days -1 hour', 1, 20),
                (interval '-89 days', 1, 30), (interval '-89 days', 5, 1), (interval '-91 days', 1, 50)
            ) as v (age, state, files)
            union all values ({target}, timestamptz '-infinity', 1, 60, 600), ({target}, timestamptz '-infinity', 4, 6, 60);
            insert into scheduler.verification_guarantees (target_id, files_overdue, obstacle) values ({target}, 50, 'rate')
            """);
        return target;
    }

    private async Task EndScanAsync(int target, string status, string endedAt, int verified, int filesBefore = 0)
    {
        var scan = await query.Database.AddScanAsync(target);
        await query.Database.ExecuteAsync($"""
            update scheduler.scans set status = '{status}', started_at = {endedAt}, ended_at = {endedAt},
                files_verified = {verified}, files_before = {filesBefore}, files_skipped = 3, files_unknown = 4
            where id = {scan}
            """);
    }
}
