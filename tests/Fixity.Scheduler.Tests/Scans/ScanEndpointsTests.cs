using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fixity.ServiceDefaults.Identity;
using Npgsql;

namespace Fixity.Scheduler.Tests.Scans;

public sealed class ScanEndpointsTests(SchedulerFixture scheduler) : IClassFixture<SchedulerFixture>
{
    [Fact]
    public async Task A_scan_is_queued_with_its_segment_and_the_scanners_are_told()
    {
        var target = await scheduler.CreateIdAsync();
        await using var listener = await ListenAsync();
        var told = new TaskCompletionSource<string>();
        listener.Notification += (_, e) => told.TrySetResult(e.Payload);

        using var response = await RequestAsync(target, new JsonObject { ["mode"] = "full" });

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var ticket = await ReadAsync(response);
        var id = ticket.GetProperty("scanId").GetInt64();
        Assert.Equal($"/api/v1/scans/{id}", ticket.GetProperty("statusUrl").GetString());
        Assert.Equal("queued", ticket.GetProperty("status").GetString());
        Assert.Equal("manual full otto", await scheduler.Database.ScalarAsync<string>(
            $"select trigger || ' ' || mode || ' ' || requested_by from scheduler.scans where id = {id}"));
        Assert.Equal(1, await scheduler.Database.ScalarAsync<long>(
            $"select count(*) from scheduler.scan_segments where scan_id = {id} and ordinal = 0 and range_from = '' and range_to is null"));
        await listener.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(id.ToString(), await told.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Requests_that_come_together_get_one_scan()
    {
        var target = await scheduler.CreateIdAsync();

        var responses = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => RequestAsync(target)));

        Assert.Equal(1, responses.Count(r => r.StatusCode == HttpStatusCode.Accepted));
        Assert.Equal(11, responses.Count(r => r.StatusCode == HttpStatusCode.OK));
        var ids = await Task.WhenAll(responses.Select(async r => (await ReadAsync(r)).GetProperty("scanId").GetInt64()));
        Assert.Single(ids.Distinct());
        Assert.Equal(1, await scheduler.Database.ScalarAsync<long>(
            $"select count(*) from scheduler.scans where target_id = {target}"));
    }

    [Fact]
    public async Task A_scan_carries_the_trace_of_the_request_that_asked_for_it()
    {
        const string trace = "0af7651916cd43dd8448eb211c80319c";
        var target = await scheduler.CreateIdAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/targets/{target}/scans");
        request.Headers.Add("traceparent", $"00-{trace}-b7ad6b7169203331-01");

        using var response = await scheduler.Operator.SendAsync(request);

        Assert.StartsWith($"00-{trace}-", await scheduler.Database.ScalarAsync<string>(
            $"select traceparent from scheduler.scans where target_id = {target}"));
    }

    [Fact]
    public async Task A_finished_scan_makes_room_for_the_next()
    {
        var target = await scheduler.CreateIdAsync();
        var first = await QueueAsync(target);
        await EndAsync(first);

        Assert.NotEqual(first, await QueueAsync(target));
    }

    [Fact]
    public async Task A_disabled_target_is_not_scanned()
    {
        var target = await scheduler.CreateIdAsync(("enabled", false));

        using var response = await RequestAsync(target);

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Equal("urn:fixity:problem:target-disabled", (await ReadAsync(response)).GetProperty("type").GetString());
    }

    [Fact]
    public async Task An_unknown_mode_is_refused()
    {
        using var response = await RequestAsync(await scheduler.CreateIdAsync(), new JsonObject { ["mode"] = "quick" });

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Pause_resume_and_cancel_set_what_is_wanted_and_a_cancellation_stands()
    {
        var scan = await QueueAsync(await scheduler.CreateIdAsync());

        Assert.Equal((HttpStatusCode.Accepted, "pause"), await ControlAsync(scan, "pause"));
        Assert.Equal((HttpStatusCode.Accepted, null), await ControlAsync(scan, "resume"));
        Assert.Equal((HttpStatusCode.Accepted, "cancel"), await ControlAsync(scan, "cancel"));
        Assert.Equal((HttpStatusCode.Accepted, "cancel"), await ControlAsync(scan, "cancel"));
        Assert.Equal((HttpStatusCode.Conflict, "cancel"), await ControlAsync(scan, "resume"));
        Assert.Equal((HttpStatusCode.Conflict, "cancel"), await ControlAsync(scan, "pause"));
    }

    [Fact]
    public async Task A_scan_that_ended_cannot_be_controlled_and_one_that_never_was_is_not_found()
    {
        var scan = await QueueAsync(await scheduler.CreateIdAsync());
        await EndAsync(scan);

        Assert.Equal((HttpStatusCode.Conflict, null), await ControlAsync(scan, "cancel"));
        using var unknown = await scheduler.Operator.PostAsync("/api/v1/scans/999999/pause", null);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task Whoever_is_confined_to_a_target_has_its_scans_alone()
    {
        var (own, other) = (await scheduler.CreateIdAsync(), await scheduler.CreateIdAsync());
        var (ownScan, otherScan) = (await QueueAsync(own), await QueueAsync(other));
        using var confined = scheduler.Service.CreateClientAs(Roles.Operator, targets: [own]);

        foreach (var (path, status) in new[]
        {
            ($"targets/{own}/scans", HttpStatusCode.OK), ($"targets/{other}/scans", HttpStatusCode.NotFound),
            ($"scans/{ownScan}/pause", HttpStatusCode.Accepted), ($"scans/{otherScan}/pause", HttpStatusCode.NotFound),
            ($"scans/{otherScan}/resume", HttpStatusCode.NotFound), ($"scans/{otherScan}/cancel", HttpStatusCode.NotFound),
            ("scan/now", HttpStatusCode.Forbidden),
        })
        {
            using var answer = await confined.PostAsync($"/api/v1/{path}", null);
            Assert.True(answer.StatusCode == status, $"{path}: {answer.StatusCode}");
        }

        Assert.Null(await scheduler.Database.ScalarAsync<string>(
            $"select control from scheduler.scans where id = {otherScan}"));
    }

    [Fact]
    public async Task A_viewer_asks_for_nothing()
    {
        var target = await scheduler.CreateIdAsync();

        using var scan = await scheduler.Viewer.PostAsync($"/api/v1/targets/{target}/scans", null);
        using var all = await scheduler.Viewer.PostAsync("/api/v1/scan/now", null);

        Assert.All([scan, all], r => Assert.Equal(HttpStatusCode.Forbidden, r.StatusCode));
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response) =>
        await response.Content.ReadFromJsonAsync<JsonElement>();

    private Task<HttpResponseMessage> RequestAsync(int target, JsonObject? body = null) =>
        body is null
            ? scheduler.Operator.PostAsync($"/api/v1/targets/{target}/scans", null)
            : scheduler.Operator.PostAsJsonAsync($"/api/v1/targets/{target}/scans", body);

    private async Task<long> QueueAsync(int target)
    {
        using var response = await RequestAsync(target);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return (await ReadAsync(response)).GetProperty("scanId").GetInt64();
    }

    private Task EndAsync(long scan) => scheduler.Database.ExecuteAsync(
        $"update scheduler.scans set status = 'completed', ended_at = now() where id = {scan}");

    private async Task<(HttpStatusCode Status, string? Control)> ControlAsync(long scan, string verb)
    {
        using var response = await scheduler.Operator.PostAsync($"/api/v1/scans/{scan}/{verb}", null);
        var control = await scheduler.Database.ScalarAsync<string>($"select control from scheduler.scans where id = {scan}");
        return (response.StatusCode, control);
    }

    private async Task<NpgsqlConnection> ListenAsync()
    {
        var connection = await scheduler.Database.DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("listen fixity_scan_queued", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }
}
