using Fixity.Scheduler.Scans;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Fixity.Scheduler.Tests.Scans;

/// <summary>Failed scans come again where that may help: exactly once each, three times in all.</summary>
public sealed class RetryTests(SchedulerFixture scheduler) : IClassFixture<SchedulerFixture>
{
    [Theory]
    [InlineData("storage_unreachable", true)]
    [InlineData("storage_connection_lost", true)]
    [InlineData("internal_error", true)]
    [InlineData("storage_login_refused", false)]
    [InlineData("storage_credentials_missing", false)]
    [InlineData("storage_identity_missing", false)]
    [InlineData("storage_share_missing", false)]
    [InlineData("storage_access_denied", false)]
    [InlineData("root_missing", false)]
    [InlineData("target_options", false)]
    [InlineData("target_removed", false)]
    public async Task Only_what_may_pass_is_tried_again(string reason, bool retried)
    {
        var target = await scheduler.CreateIdAsync(("schedule", null));
        var failed = await FailedAsync(target, reason);
        var other = await FailedAsync(await scheduler.CreateIdAsync(("schedule", null)), "storage_unreachable");

        await Waiting.UntilAsync("the worker has looked", () => HasRetryAsync(other));

        Assert.Equal(retried, await HasRetryAsync(failed));
    }

    [Fact]
    public async Task A_run_is_tried_three_times_more_each_after_a_random_pause_that_may_be_twice_as_long()
    {
        var target = await scheduler.CreateIdAsync(("schedule", null));
        var failed = await FailedAsync(target, "storage_unreachable");
        for (var retry = 1; retry <= 3; retry++)
        {
            await Waiting.UntilAsync($"retry {retry} is queued", () => HasRetryAsync(failed));
            Assert.Equal($"{retry + 1} t t", await scheduler.Database.ScalarAsync<string>($"""
                select concat_ws(' ', attempt, trigger = 'retry', not_before <= requested_at + interval '{60 << (retry - 1)} s'
                    and not_before >= requested_at)
                from scheduler.scans where retry_of = {failed}
                """));
            failed = await scheduler.Database.ScalarAsync<long>($"select id from scheduler.scans where retry_of = {failed}");
            await FailAsync(failed, "storage_unreachable");
        }

        var other = await FailedAsync(await scheduler.CreateIdAsync(("schedule", null)), "storage_unreachable");
        await Waiting.UntilAsync("the worker has looked", () => HasRetryAsync(other));
        Assert.False(await HasRetryAsync(failed));
    }

    [Fact]
    public async Task The_pauses_are_spread_over_their_whole_length()
    {
        // Many at once, as when a server goes down: they must not all come back together.
        var ids = new List<int>();
        for (var i = 0; i < 200; i++)
        {
            ids.Add(await scheduler.Database.AddTargetAsync());
        }

        await scheduler.Database.ExecuteAsync($"""
            insert into scheduler.scans (target_id, trigger, status, reason, ended_at)
            select id, 'schedule', 'failed', 'storage_unreachable', now() from unnest(array[{string.Join(',', ids)}]) id
            """);
        var of = $"trigger = 'retry' and target_id in ({string.Join(',', ids)})";
        await Waiting.UntilAsync("all are queued", async () =>
            await scheduler.Database.ScalarAsync<long>($"select count(*) from scheduler.scans where {of}") == 200);

        // Each fifth of the minute has 40 of 200 on average; that one has fewer than 10 does not happen by chance.
        Assert.Equal(["f", "f", "f", "f", "f"], await scheduler.Database.ListAsync($"""
            select (count(*) < 10)::text::char(1) from (
                select least(4, floor(extract(epoch from not_before - requested_at) / 12)) as fifth
                from scheduler.scans where {of}
            ) spread group by fifth order by fifth
            """));
    }

    [Fact]
    public async Task However_many_look_at_once_a_failed_scan_has_one_retry()
    {
        var failed = await FailedAsync(await scheduler.CreateIdAsync(("schedule", null)), "storage_unreachable");
        var retries = scheduler.Service.Services.GetRequiredService<RetryStore>();

        // Without the lock that keeps them apart: the data alone must hold it.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await using var connection = await scheduler.Database.DataSource.OpenConnectionAsync();
            await retries.QueueAsync(connection, default);
        }));

        Assert.Equal("1 1", await scheduler.Database.ScalarAsync<string>($"""
            select count(*) || ' ' || count(g.scan_id) from scheduler.scans s
            left join scheduler.scan_segments g on g.scan_id = s.id where s.retry_of = {failed}
            """));
    }

    [Fact]
    public async Task The_schedule_takes_the_place_of_a_retry_that_waits_and_is_tried_three_times_itself()
    {
        var target = await scheduler.CreateIdAsync(("schedule", null));
        var failed = await FailedAsync(target, "storage_unreachable");
        await Waiting.UntilAsync("the retry is queued", () => HasRetryAsync(failed));
        await scheduler.Database.ExecuteAsync(
            $"update scheduler.scans set not_before = now() + interval '20 min', attempt = 3 where retry_of = {failed}");

        var run = await scheduler.Service.Services.GetRequiredService<ScanStore>()
            .EnqueueAsync(new ScanOrder(target, ScanTrigger.Schedule), default);

        Assert.Equal(EnqueueOutcome.AlreadyActive, run.Outcome);
        Assert.Equal($"schedule 1 {failed} t", await scheduler.Database.ScalarAsync<string>($"""
            select concat_ws(' ', trigger, attempt, retry_of, not_before is null) from scheduler.scans where id = {run.ScanId}
            """));
    }

    [Fact]
    public async Task A_scan_that_was_asked_for_since_leaves_nothing_to_try_again()
    {
        var target = await scheduler.CreateIdAsync(("schedule", null));
        await scheduler.Database.ExecuteAsync($"""
            insert into scheduler.scans (target_id, trigger, status, reason, ended_at) values
                ({target}, 'schedule', 'failed', 'storage_unreachable', now()),
                ({target}, 'schedule', 'completed', null, now())
            """);
        var other = await FailedAsync(await scheduler.CreateIdAsync(("schedule", null)), "storage_unreachable");

        await Waiting.UntilAsync("the worker has looked", () => HasRetryAsync(other));

        Assert.Equal(2, await scheduler.Database.ScalarAsync<long>(
            $"select count(*) from scheduler.scans where target_id = {target}"));
    }

    private Task<bool> HasRetryAsync(long failed) => scheduler.Database.ScalarAsync<bool>(
        $"select exists (select from scheduler.scans where retry_of = {failed})");

    private async Task<long> FailedAsync(int target, string reason)
    {
        await using var command = scheduler.Database.DataSource.CreateCommand("""
            insert into scheduler.scans (target_id, trigger, status, reason, ended_at)
            values ($1, 'schedule', 'failed', $2, now()) returning id
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = target });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = reason });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private Task FailAsync(long scan, string reason) => scheduler.Database.ExecuteAsync(
        $"update scheduler.scans set status = 'failed', reason = '{reason}', ended_at = now() where id = {scan}");
}
