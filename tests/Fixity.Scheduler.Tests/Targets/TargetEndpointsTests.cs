using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fixity.Scheduler.Targets;

namespace Fixity.Scheduler.Tests.Targets;

public sealed class TargetEndpointsTests(SchedulerFixture scheduler) : IClassFixture<SchedulerFixture>
{
    public static TheoryData<string, string, string> WrongMembers => new()
    {
        { "name", "\"\"", "name" },
        { "name", "\"" + new string('n', 101) + "\"", "name" },
        { "type", "\"docker\"", "type" },
        { "root", "\"relative/path\"", "root" },
        { "root", "\"/does/not/exist\"", "root" },
        { "root", "\"/\"", "root" },
        { "root", "\"/etc/passwd\"", "root" },
        { "schedule", "\"0 0 31 2 *\"", "schedule" },
        { "schedule", "\"every night\"", "schedule" },
        { "schedule", "\"0 0 3 * * ?\"", "schedule" },
        { "schedule", "\"61 3 * * *\"", "schedule" },
        { "timeZone", "\"Europe/Atlantis\"", "timeZone" },
        { "workers", "0", "workers" },
        { "samplePercent", "-1", "samplePercent" },
        { "samplePercent", "100.5", "samplePercent" },
        { "verifyWithinDays", "0", "verifyWithinDays" },
        { "batchSize", "10001", "batchSize" },
        { "largeChangeCount", "-5", "largeChangeCount" },
        { "largeChangePercent", "0", "largeChangePercent" },
        { "largeChangeBytes", "0", "largeChangeBytes" },
    };

    [Fact]
    public async Task A_target_takes_the_defaults_for_what_is_left_out()
    {
        var root = scheduler.Folder();
        using var response = await scheduler.Admin.PostAsJsonAsync(
            "/api/v1/targets", scheduler.Request(("name", "defaults"), ("root", root + "/")));

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var target = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal($"/api/v1/targets/{target.GetProperty("id").GetInt32()}", response.Headers.Location!.ToString());
        Assert.Equal(root, target.GetProperty("root").GetString());
        Assert.Equal("local", target.GetProperty("type").GetString());
        Assert.Equal("0 3 * * *", target.GetProperty("schedule").GetString());
        Assert.Equal("blake3", target.GetProperty("checksumAlgorithm").GetString());
        Assert.Equal(JsonValueKind.Null, target.GetProperty("workers").ValueKind);
        Assert.Equal(1000, target.GetProperty("largeChangeCount").GetInt64());
        Assert.Equal(107374182400, target.GetProperty("largeChangeBytes").GetInt64());
        Assert.Equal(3, target.GetProperty("nextRunAt").GetDateTimeOffset().UtcDateTime.Hour);
    }

    [Fact]
    public async Task A_root_that_is_reached_over_a_link_is_stored_as_the_folder_it_leads_to()
    {
        var real = AllowedRoots.Resolve(scheduler.Folder());
        var link = Path.Combine(scheduler.Allowed, Guid.NewGuid().ToString("N"));
        Directory.CreateSymbolicLink(link, real);

        var target = await scheduler.CreateAsync(("root", link));
        using var response = await scheduler.Admin.PutAsJsonAsync(
            $"/api/v1/targets/{target.GetProperty("id").GetInt32()}", scheduler.Request(("root", link)));

        Assert.Equal(real, target.GetProperty("root").GetString());
        Assert.Equal(real, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("root").GetString());
    }

    [Fact]
    public async Task Null_means_none_where_none_is_possible()
    {
        var target = await scheduler.CreateAsync(("schedule", null), ("largeChangeCount", null));

        Assert.Equal(JsonValueKind.Null, target.GetProperty("schedule").ValueKind);
        Assert.Equal(JsonValueKind.Null, target.GetProperty("nextRunAt").ValueKind);
        Assert.Equal(JsonValueKind.Null, target.GetProperty("largeChangeCount").ValueKind);
    }

    [Fact]
    public async Task The_schedule_is_read_in_the_target_s_time_zone()
    {
        var target = await scheduler.CreateAsync(("schedule", "30 3 * * *"), ("timeZone", "Asia/Tokyo"));

        var next = target.GetProperty("nextRunAt").GetDateTimeOffset().UtcDateTime;
        Assert.Equal((18, 30), (next.Hour, next.Minute)); // Tokyo is nine hours ahead all year.
    }

    [Theory]
    [MemberData(nameof(WrongMembers))]
    public async Task What_is_wrong_is_refused_and_named(string member, string value, string field)
    {
        using var response = await scheduler.Admin.PostAsJsonAsync(
            "/api/v1/targets", scheduler.Request((member, JsonNode.Parse(value))));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("urn:fixity:problem:validation", problem.GetProperty("type").GetString());
        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(e => e.Name));
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_said_at_once()
    {
        using var response = await scheduler.Admin.PostAsJsonAsync("/api/v1/targets", scheduler.Request(
            ("name", " "), ("root", "x"), ("schedule", "x"), ("timeZone", "x")));

        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(
            ["name", "root", "schedule", "timeZone"],
            problem.GetProperty("errors").EnumerateObject().Select(e => e.Name).Order());
    }

    [Fact]
    public async Task A_name_is_taken_once_whatever_its_case_and_free_again_after_deletion()
    {
        var id = await scheduler.CreateIdAsync(("name", "Photos"));

        using var second = await scheduler.Admin.PostAsJsonAsync("/api/v1/targets", scheduler.Request(("name", "photos")));
        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        Assert.Equal("urn:fixity:problem:target-name-taken", await TypeAsync(second));

        using var deleted = await scheduler.Admin.DeleteAsync($"/api/v1/targets/{id}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await scheduler.CreateIdAsync(("name", "photos"));
    }

    [Fact]
    public async Task An_update_replaces_everything_and_may_reset_the_identity()
    {
        var id = await scheduler.CreateIdAsync(("workers", 4));

        using var response = await scheduler.Admin.PutAsJsonAsync(
            $"/api/v1/targets/{id}", scheduler.Request(("name", "renamed"), ("enabled", false), ("resetIdentity", true)));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var target = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("renamed", target.GetProperty("name").GetString());
        Assert.Equal(JsonValueKind.Null, target.GetProperty("workers").ValueKind);
        Assert.Equal(JsonValueKind.Null, target.GetProperty("nextRunAt").ValueKind);
        Assert.Equal(1, await scheduler.Database.ScalarAsync<int>(
            $"select identity_epoch from scheduler.targets where id = {id}"));
    }

    [Fact]
    public async Task An_unknown_or_deleted_target_is_not_found()
    {
        var id = await scheduler.CreateIdAsync();
        (await scheduler.Admin.DeleteAsync($"/api/v1/targets/{id}")).Dispose();

        foreach (var gone in new[] { id, 999_999 })
        {
            using var put = await scheduler.Admin.PutAsJsonAsync($"/api/v1/targets/{gone}", scheduler.Request());
            using var delete = await scheduler.Admin.DeleteAsync($"/api/v1/targets/{gone}");
            using var scan = await scheduler.Operator.PostAsync($"/api/v1/targets/{gone}/scans", null);
            Assert.All([put, delete, scan], r => Assert.Equal(HttpStatusCode.NotFound, r.StatusCode));
            Assert.Equal("urn:fixity:problem:target-not-found", await TypeAsync(scan));
        }
    }

    [Fact]
    public async Task A_target_is_not_deleted_under_its_scan()
    {
        var id = await scheduler.CreateIdAsync();
        (await scheduler.Operator.PostAsync($"/api/v1/targets/{id}/scans", null)).Dispose();
        await scheduler.Database.ExecuteAsync(
            $"update scheduler.scans set status = 'running', started_at = now() where target_id = {id}");

        using var response = await scheduler.Admin.DeleteAsync($"/api/v1/targets/{id}");

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Equal("urn:fixity:problem:scan-active", await TypeAsync(response));
        Assert.Null(await scheduler.Database.ScalarAsync<DateTime?>(
            $"select deleted_at from scheduler.targets where id = {id}"));
    }

    [Fact]
    public async Task Only_an_administrator_may_write_targets()
    {
        using var asOperator = await scheduler.Operator.PostAsJsonAsync("/api/v1/targets", scheduler.Request());
        using var anonymous = await scheduler.Service.CreateClient().PostAsJsonAsync("/api/v1/targets", scheduler.Request());

        Assert.Equal(HttpStatusCode.Forbidden, asOperator.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
    }

    private static async Task<string?> TypeAsync(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("type").GetString();
}
