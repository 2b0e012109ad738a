using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fixity.Scheduler.Tests.Schedules;

public sealed class BlackoutTests(SchedulerFixture scheduler) : IClassFixture<SchedulerFixture>
{
    [Fact]
    public async Task The_window_that_is_or_comes_next_is_kept_with_the_target()
    {
        var id = await scheduler.CreateIdAsync(("blackouts", AroundNow(pauseRunning: false)));
        await WindowsBecomeAsync(id, "blackout_from <= now() and blackout_until > now() and pause_until is null");

        // As if that window had ended: the next one is worked out.
        await SqlAsync($"""
            update scheduler.targets set blackout_from = now() - interval '2 h', blackout_until = now() - interval '1 h'
            where id = {id}
            """);
        await WindowsBecomeAsync(id, "blackout_until > now()");

        await UpdateAsync(id, ("blackouts", new JsonArray()));
        await WindowsBecomeAsync(id, "blackout_from is null and blackout_until is null");
    }

    [Fact]
    public async Task What_a_save_does_not_change_of_the_blackouts_leaves_their_window_as_it_is()
    {
        var blackouts = AroundNow(pauseRunning: true);
        var id = await scheduler.CreateIdAsync(("blackouts", blackouts.DeepClone()));
        await WindowsBecomeAsync(id, "pause_from <= now() and pause_until > now()");
        var saved = await scheduler.Database.ScalarAsync<DateTime>($"select blackout_until from scheduler.targets where id = {id}");

        var updated = await UpdateAsync(id, ("blackouts", blackouts), ("name", $"renamed {id}"));

        Assert.Equal(saved, await scheduler.Database.ScalarAsync<DateTime>($"select blackout_until from scheduler.targets where id = {id}"));
        Assert.True(updated.GetProperty("blackouts")[0].GetProperty("pauseRunning").GetBoolean());
    }

    [Fact]
    public async Task A_running_scan_is_paused_in_the_window_and_goes_on_after_it()
    {
        var (id, scan) = await RunningAsync();
        await UpdateAsync(id, ("blackouts", AroundNow(pauseRunning: true)));
        await ControlBecomesAsync(scan, "pause by blackout");

        using var refused = await scheduler.Operator.PostAsync($"/api/v1/scans/{scan}/resume", null);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("urn:fixity:problem:scan-in-blackout", problem.GetProperty("type").GetString());
        Assert.Contains("goes on then", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await ControlBecomesAsync(scan, "pause by blackout");

        await EndWindowAsync(id);
        await ControlBecomesAsync(scan, "");
    }

    [Fact]
    public async Task A_scan_that_goes_on_for_a_lost_one_waits_for_the_end_of_the_window_too()
    {
        var (id, scan) = await RunningAsync();
        await SqlAsync($"""
            update scheduler.scan_segments set status = 'running', lease_until = now() - interval '1 s' where scan_id = {scan};
            select scheduler.resume_scan({scan})
            """);
        var next = await scheduler.Database.ScalarAsync<long>($"select id from scheduler.scans where resumed_from = {scan}");
        await UpdateAsync(id, ("blackouts", AroundNow(pauseRunning: true)));
        await ControlBecomesAsync(next, "pause by blackout");

        await EndWindowAsync(id);
        await ControlBecomesAsync(next, "");
    }

    [Fact]
    public async Task What_a_person_paused_waits_for_a_person()
    {
        var (id, scan) = await RunningAsync();
        await PostAsync($"/api/v1/scans/{scan}/pause");
        await UpdateAsync(id, ("blackouts", AroundNow(pauseRunning: true)));
        await WindowsBecomeAsync(id, "pause_until > now()");
        // Also of what a blackout had paused before: from now on it is the person's.
        var (other, paused) = await RunningAsync();
        await UpdateAsync(other, ("blackouts", AroundNow(pauseRunning: true)));
        await ControlBecomesAsync(paused, "pause by blackout");
        await PostAsync($"/api/v1/scans/{paused}/pause");
        // And no person lets it go within the window.
        using var refused = await scheduler.Operator.PostAsync($"/api/v1/scans/{scan}/resume", null);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);

        await EndWindowAsync(id);
        await EndWindowAsync(other);
        var (last, resumed) = await RunningAsync();
        await SqlAsync($"update scheduler.scans set control = 'pause', paused_by = 'blackout' where id = {resumed}");
        await UpdateAsync(last);
        await ControlBecomesAsync(resumed, "");

        await ControlBecomesAsync(scan, "pause by person");
        await ControlBecomesAsync(paused, "pause by person");
        await PostAsync($"/api/v1/scans/{scan}/resume");
        await ControlBecomesAsync(scan, "");
    }

    [Fact]
    public async Task Without_pausing_a_running_scan_is_left_alone()
    {
        var (id, scan) = await RunningAsync();
        await UpdateAsync(id, ("blackouts", AroundNow(pauseRunning: false)));
        await WindowsBecomeAsync(id, "blackout_until > now()");
        var (other, paused) = await RunningAsync();
        await UpdateAsync(other, ("blackouts", AroundNow(pauseRunning: true)));
        await ControlBecomesAsync(paused, "pause by blackout");

        await ControlBecomesAsync(scan, "");
    }

    private static JsonArray AroundNow(bool pauseRunning)
    {
        var now = DateTime.UtcNow;
        return
        [
            new JsonObject
            {
                ["days"] = new JsonArray("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
                ["from"] = now.AddHours(-1).ToString("HH:mm", CultureInfo.InvariantCulture),
                ["to"] = now.AddHours(1).ToString("HH:mm", CultureInfo.InvariantCulture),
                ["pauseRunning"] = pauseRunning,
            },
        ];
    }

    private async Task<(int TargetId, long ScanId)> RunningAsync()
    {
        var id = await scheduler.CreateIdAsync();
        var scan = await scheduler.Database.AddScanAsync(id);
        await SqlAsync($"update scheduler.scans set status = 'running', started_at = now() where id = {scan}");
        return (id, scan);
    }

    /// <summary>As if the window had passed, and the next one were far away.</summary>
    private Task EndWindowAsync(int id) => SqlAsync($"""
        update scheduler.targets
        set blackout_from = now() + interval '20 h', blackout_until = now() + interval '22 h',
            pause_from = now() + interval '20 h', pause_until = now() + interval '22 h'
        where id = {id}
        """);

    private async Task<JsonElement> UpdateAsync(int id, params (string Name, JsonNode? Value)[] members)
    {
        using var response = await scheduler.Admin.PutAsJsonAsync($"/api/v1/targets/{id}", scheduler.Request(members));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task PostAsync(string path)
    {
        using var response = await scheduler.Operator.PostAsync(path, null);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    private Task WindowsBecomeAsync(int id, string condition) => Waiting.UntilAsync($"{condition} of target {id}", async () =>
        await scheduler.Database.ScalarAsync<bool>($"select coalesce({condition}, false) from scheduler.targets where id = {id}"));

    private Task ControlBecomesAsync(long scan, string expected) => Waiting.UntilAsync($"'{expected}' of scan {scan}", async () =>
        await scheduler.Database.ScalarAsync<string>(
            $"select coalesce(control || ' by ' || paused_by, '') from scheduler.scans where id = {scan}") == expected);

    private Task SqlAsync(string sql) => scheduler.Database.ExecuteAsync(sql);
}
