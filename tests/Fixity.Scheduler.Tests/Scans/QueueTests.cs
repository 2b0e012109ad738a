using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fixity.Core;
using Fixity.Scheduler.Scans;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.Scheduler.Tests.Scans;

/// <summary>The order of the queue, its limits, and what happens when what is asked for is active already.</summary>
public sealed class QueueTests(SchedulerFixture scheduler) : IClassFixture<SchedulerFixture>, IAsyncLifetime
{
    private ScanStore Scans => scheduler.Service.Services.GetRequiredService<ScanStore>();

    public Task InitializeAsync() => scheduler.Database.ExecuteAsync("""
        delete from scheduler.follow_ups; delete from scheduler.settings;
        update scheduler.scans set status = 'cancelled', ended_at = now() where ended_at is null;
        update scheduler.targets set enabled = false;
        """);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task First_what_a_person_waits_for_then_what_was_never_scanned_then_what_was_longest_ago()
    {
        var recent = await EndedAsync("1 hour");
        var longAgo = await EndedAsync("3 days");
        var never = await scheduler.CreateIdAsync(("schedule", null));
        var asked = await EndedAsync("1 minute");
        foreach (var target in new[] { recent, longAgo, never })
        {
            await Scans.EnqueueAsync(new ScanOrder(target, ScanTrigger.Schedule), default);
        }

        await AskAsync(asked);

        Assert.Equal(
            [$"{asked} 1", $"{never} 2", $"{longAgo} 3", $"{recent} 4"],
            await scheduler.Database.ListAsync(
                "select target_id || ' ' || position from scheduler.scan_queue where is_due order by position"));
    }

    [Fact]
    public async Task What_is_put_off_has_no_position_and_keeps_nobody_waiting()
    {
        var putOff = await scheduler.CreateIdAsync(("schedule", null));
        var dark = await scheduler.CreateIdAsync(("schedule", null));
        var due = await scheduler.CreateIdAsync(("schedule", null));
        await Scans.EnqueueAsync(
            new ScanOrder(putOff, ScanTrigger.Schedule) { NotBefore = DateTimeOffset.UtcNow.AddHours(1) }, default);
        await Scans.EnqueueAsync(new ScanOrder(dark, ScanTrigger.Schedule), default);
        await scheduler.Database.ExecuteAsync($"""
            update scheduler.targets
            set blackout_from = now() - interval '1 minute', blackout_until = now() + interval '1 hour' where id = {dark}
            """);
        await Scans.EnqueueAsync(new ScanOrder(due, ScanTrigger.Schedule), default);

        Assert.Equal([$"{due} 1"], await scheduler.Database.ListAsync(
            "select target_id || ' ' || position from scheduler.scan_queue where position is not null"));

        await AskAsync(putOff, HttpStatusCode.OK);
        await AskAsync(dark, HttpStatusCode.OK);

        Assert.Equal([$"{putOff} 1", $"{due} 2"], await scheduler.Database.ListAsync(
            "select target_id || ' ' || position from scheduler.scan_queue where position is not null order by position"));
    }

    [Fact]
    public async Task There_is_room_for_as_many_as_the_settings_allow_overall_and_a_server()
    {
        var targets = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            targets.Add(await scheduler.CreateIdAsync(("schedule", null)));
            await Scans.EnqueueAsync(new ScanOrder(targets[i], ScanTrigger.Schedule), default);
        }

        var ids = string.Join(',', targets.Take(4));
        await scheduler.Database.ExecuteAsync($"update scheduler.targets set server_key = 'smb://nas:445' where id in ({ids})");

        Assert.Equal(5, await RoomAsync());
        await RunAsync(targets[0]);
        Assert.Equal(4, await RoomAsync());
        await RunAsync(targets[1]);
        Assert.Equal([$"{targets[4]}"], await scheduler.Database.ListAsync(
            "select target_id::text from scheduler.scan_queue where has_room"));
        Assert.Equal(2, Settings.MaxActiveScansPerServer.Default); // As the view has it.
        await SetAsync("max_active_scans_per_server", "3");
        Assert.Equal(3, await RoomAsync());
        await SetAsync("max_active_scans", "2");
        Assert.Equal(0, await RoomAsync());
        await SetAsync("max_active_scans", "null");
        await SetAsync("max_active_scans_per_server", "\"many\"");
        Assert.Equal(1, await RoomAsync());

        async Task<long> RoomAsync() => await scheduler.Database.ScalarAsync<long>(
            "select count(*) from scheduler.scan_queue where has_room and is_due");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_schedule_that_comes_due_during_a_scan_of_a_person_gets_one_run_of_its_own_when_that_has_ended(bool isLost)
    {
        var target = await scheduler.CreateIdAsync(("schedule", "0 3 1 1 *"));
        var asked = await AskAsync(target);
        await RunAsync(target);
        if (isLost)
        {
            // The one that goes on for it is the person's too, named or not.
            asked = await LoseAsync(asked);
            await scheduler.Database.ExecuteAsync($"update scheduler.scans set requested_by = null where id = {asked}");
        }

        var fired = await Scans.EnqueueAsync(new ScanOrder(target, ScanTrigger.Schedule), default);
        var again = await Scans.EnqueueAsync(new ScanOrder(target, ScanTrigger.CatchUp), default);

        Assert.Equal((EnqueueOutcome.Remembered, asked), (fired.Outcome, fired.ScanId));
        Assert.Equal(EnqueueOutcome.Remembered, again.Outcome);
        await EndAsync(asked);
        await Waiting.UntilAsync("its own run is queued", async () => await scheduler.Database.ScalarAsync<bool>(
            $"select exists (select from scheduler.scans where target_id = {target} and status = 'queued' and trigger = 'schedule')"));
        await EndAsync(await ActiveAsync(target));
        await Task.Delay(TimeSpan.FromSeconds(0.5)); // Several looks of the worker: it owes nothing any more.
        Assert.Equal("2 0", await scheduler.Database.ScalarAsync<string>($"""
            select (select count(*) from scheduler.scans where target_id = {target} and trigger <> 'resume') || ' '
                || (select count(*) from scheduler.follow_ups where target_id = {target})
            """));
    }

    [Fact]
    public async Task A_schedule_that_comes_due_during_a_scan_of_its_own_is_done_by_that_one()
    {
        var target = await scheduler.CreateIdAsync(("schedule", "0 3 1 1 *"));
        var first = await Scans.EnqueueAsync(new ScanOrder(target, ScanTrigger.Schedule), default);

        var second = await Scans.EnqueueAsync(new ScanOrder(target, ScanTrigger.Schedule), default);

        Assert.Equal(new Enqueued(EnqueueOutcome.AlreadyActive, first.ScanId, "queued"), second);
        Assert.Equal(0, await scheduler.Database.ScalarAsync<long>("select count(*) from scheduler.follow_ups"));
    }

    [Fact]
    public async Task A_target_that_nobody_has_begun_to_scan_is_deleted_and_its_scan_dismissed()
    {
        var target = await scheduler.CreateIdAsync();
        var scan = await AskAsync(target);

        using var deleted = await scheduler.Admin.DeleteAsync($"/api/v1/targets/{target}");

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal("cancel", await scheduler.Database.ScalarAsync<string>(
            $"select control from scheduler.scans where id = {scan}"));
    }

    private Task SetAsync(string key, string value) => scheduler.Database.ExecuteAsync($"""
        insert into scheduler.settings (key, value) values ('{key}', '{value}')
        on conflict (key) do update set value = excluded.value
        """);

    private Task RunAsync(int target) => scheduler.Database.ExecuteAsync(
        $"update scheduler.scans set status = 'running', started_at = now() where target_id = {target} and ended_at is null");

    private Task EndAsync(long scan) => scheduler.Database.ExecuteAsync(
        $"update scheduler.scans set status = 'completed', ended_at = now() where id = {scan}");

    private Task<long> ActiveAsync(int target) => scheduler.Database.ScalarAsync<long>(
        $"select id from scheduler.scans where target_id = {target} and ended_at is null");

    /// <returns>The scan that goes on.</returns>
    private async Task<long> LoseAsync(long scan)
    {
        await scheduler.Database.ExecuteAsync($"""
            update scheduler.scan_segments set status = 'running', lease_until = now() - interval '1 s' where scan_id = {scan};
            select scheduler.resume_scan({scan})
            """);
        return await scheduler.Database.ScalarAsync<long>($"select id from scheduler.scans where resumed_from = {scan}");
    }

    private async Task<long> AskAsync(int target, HttpStatusCode expected = HttpStatusCode.Accepted)
    {
        using var response = await scheduler.Operator.PostAsJsonAsync($"/api/v1/targets/{target}/scans", new JsonObject());
        Assert.Equal(expected, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("scanId").GetInt64();
    }

    private async Task<int> EndedAsync(string ago)
    {
        var target = await scheduler.CreateIdAsync(("schedule", null));
        await scheduler.Database.ExecuteAsync($"""
            insert into scheduler.scans (target_id, trigger, status, requested_at, started_at, ended_at)
            select {target}, 'schedule', 'completed', at, at, at from (select now() - interval '{ago}' as at) ended
            """);
        return target;
    }
}
