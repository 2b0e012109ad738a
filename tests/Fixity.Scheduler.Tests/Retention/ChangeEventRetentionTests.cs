using System.Globalization;
using Fixity.Scheduler.Retention;
using Npgsql;

namespace Fixity.Scheduler.Tests.Retention;

public sealed class ChangeEventRetentionTests : RetentionDatabase
{
    // Ten years are 3,650 days, and a month that is past its time is at most 31 days longer there.
    private const int Past = 3_700;

    [Fact]
    public async Task A_whole_month_is_dropped_and_what_nobody_acknowledged_stays()
    {
        var target = await Database.AddTargetAsync();
        var month = await AddMonthAsync(Past);
        await AddEventsAsync(target, 25_000, Past);
        await AddEventsAsync(target, 3, Past, "corrupted");
        await AddEventsAsync(target, 2, Past, "tampered", acknowledged: true);
        await AddEventsAsync(target, 4, 3_000);

        var run = await RunAsync();

        Assert.Equal(RetentionStatus.Completed, run.Status);
        Assert.Null(await Database.ScalarAsync<string>($"select to_regclass('{month}')::text"));
        Assert.Equal(3, await CountAsync("scanner.change_events where type = 'corrupted' and acknowledged_at is null"));
        Assert.Equal(7, await CountAsync("scanner.change_events"));
        var removed = Assert.Single(run.Removed, r => r.Kind == RetentionKind.ChangeEvents);
        Assert.Equal(25_002, removed.Rows);
        Assert.InRange(removed.Bytes, 1_000_000, long.MaxValue);
    }

    [Fact]
    public async Task A_year_is_dropped_when_all_of_it_is_past_and_until_then_loses_its_past_months()
    {
        var target = await Database.AddTargetAsync();
        var (past, current) = (await AddYearAsync(Past + 400), await AddYearAsync(3_400));
        await AddEventsAsync(target, 12_000, Past + 400);
        await AddEventsAsync(target, 2, Past + 400, "corrupted");
        await AddEventsAsync(target, 5, 3_400);
        await Database.ExecuteAsync("update scheduler.targets set retention_days = 3400 - 40");

        var run = await RunAsync();

        Assert.Null(await Database.ScalarAsync<string>($"select to_regclass('{past}')::text"));
        Assert.Equal(0, await CountAsync(current));
        Assert.Equal(2, await CountAsync("scanner.change_events_default"));
        Assert.Equal((RetentionStatus.Completed, 12_005), (run.Status, run.Rows));
    }

    [Fact]
    public async Task A_year_that_began_with_months_goes_on_with_months()
    {
        var month = await AddMonthAsync(200);
        var year = int.Parse(month[^7..^3], CultureInfo.InvariantCulture);

        await Database.ExecuteAsync($"select scanner.ensure_change_partitions('{year}-11-03', 3)");

        Assert.Equal($"{year}_11 {year}_12 {year + 1}", await Database.ScalarAsync<string>($"""
            select string_agg(replace(c.relname, 'change_events_', ''), ' ' order by c.relname)
            from pg_inherits i join pg_class c on c.oid = i.inhrelid
            where i.inhparent = 'scanner.change_events'::regclass and c.relname not like '%default' and 'scanner.' || c.relname <> '{month}'
            """));
    }

    [Fact]
    public async Task A_month_that_is_mostly_unacknowledged_stays_and_the_rest_of_it_goes_in_batches()
    {
        var target = await Database.AddTargetAsync();
        var month = await AddMonthAsync(Past);
        await AddEventsAsync(target, 10_001, Past, "corrupted");
        await AddEventsAsync(target, 12_000, Past);

        var run = await RunAsync();

        Assert.Equal(10_001, await CountAsync(month));
        Assert.Equal(12_000, run.Rows);
    }

    [Fact]
    public async Task What_was_kept_goes_once_it_is_acknowledged()
    {
        var target = await Database.AddTargetAsync();
        await AddMonthAsync(Past);
        await AddEventsAsync(target, 2, Past, "corrupted");
        await RunAsync();
        await Database.ExecuteAsync("update scanner.change_events set acknowledged_at = now()");

        var run = await RunAsync();

        Assert.Equal((2, 0), (run.Rows, await CountAsync("scanner.change_events")));
    }

    [Fact]
    public async Task A_target_s_own_retention_wins_to_the_day()
    {
        var (brief, other) = (await Database.AddTargetAsync(), await Database.AddTargetAsync());
        await Database.ExecuteAsync($"update scheduler.targets set retention_days = 30 where id = {brief}");
        await AddEventsAsync(brief, 20_500, 31);
        await AddEventsAsync(brief, 5, 29);
        await AddEventsAsync(other, 7, 31);

        var run = await RunAsync();

        Assert.Equal(20_500, run.Rows);
        Assert.Equal(5, await CountAsync($"scanner.change_events where target_id = {brief}"));
        Assert.Equal(7, await CountAsync($"scanner.change_events where target_id = {other}"));
    }

    [Fact]
    public async Task A_month_that_one_target_still_keeps_is_not_dropped()
    {
        var (brief, keeper) = (await Database.AddTargetAsync(), await Database.AddTargetAsync());
        await Database.ExecuteAsync($"update scheduler.targets set retention_days = 20000 where id = {keeper}");
        await AddMonthAsync(Past);
        await AddEventsAsync(brief, 6, Past);
        await AddEventsAsync(keeper, 4, Past);

        var run = await RunAsync();

        Assert.Equal((6, 4), (run.Rows, await CountAsync($"scanner.change_events where target_id = {keeper}")));
    }

    [Fact]
    public async Task What_the_alerts_have_not_read_stays()
    {
        var target = await Database.AddTargetAsync();
        var month = await AddMonthAsync(Past);
        await AddEventsAsync(target, 5, Past);
        await Database.ExecuteAsync("""
            insert into alert.cursors (source, transaction_id, event_id)
            select 'change_events', transaction_id, min(id) + 1 from scanner.change_events group by 2
            """);

        var run = await RunAsync();

        Assert.Equal((2, 3), (run.Rows, await CountAsync(month)));
    }

    [Fact]
    public async Task A_month_that_somebody_reads_is_dropped_once_they_are_through()
    {
        var target = await Database.AddTargetAsync();
        var month = await AddMonthAsync(Past);
        await AddEventsAsync(target, 5, Past);
        await using var reader = await Database.DataSource.OpenConnectionAsync();
        await using var reading = await reader.BeginTransactionAsync();
        await using (var read = new NpgsqlCommand("select count(*) from scanner.change_events", reader))
        {
            await read.ExecuteScalarAsync();
        }

        var running = RunAsync();
        await Waiting.UntilAsync("the drop waits", async () =>
            await CountAsync("pg_stat_activity where application_name = 'retention' and wait_event_type = 'Lock'") > 0);
        await Waiting.UntilAsync("it gave up", async () =>
            await CountAsync("pg_stat_activity where application_name = 'retention' and wait_event_type = 'Lock'") == 0);
        await reading.CommitAsync();

        Assert.Equal(RetentionStatus.Completed, (await running).Status);
        Assert.Null(await Database.ScalarAsync<string>($"select to_regclass('{month}')::text"));
    }

    [Fact]
    public async Task A_batch_is_brief_although_the_statistics_know_nothing_of_what_is_old()
    {
        var (target, _) = (await Database.AddTargetAsync(), await Database.AddTargetAsync());
        await Database.ExecuteAsync($"update scheduler.targets set retention_days = 30 where id = {target}");
        await AddEventsAsync(target, 60_000, 20);
        await Database.ExecuteAsync("analyze scanner.change_events_default");
        await AddEventsAsync(target, 60_000, 40);
        // While a batch lasts, no later event is read for alerts.
        await Database.ExecuteAsync("alter role fixity_scheduler in database " + await Database.ScalarAsync<string>(
            "select quote_ident(current_database())") + " set statement_timeout = '10s'");

        var run = await RunAsync();

        Assert.Equal((RetentionStatus.Completed, 60_000, null), (run.Status, run.Rows, run.Message));
        Assert.Equal(60_000, await CountAsync("scanner.change_events"));
    }

    [Fact]
    public async Task A_run_that_is_killed_again_and_again_removes_everything_once_and_counts_it_once()
    {
        var (target, _) = (await Database.AddTargetAsync(), await Database.AddTargetAsync());
        await Database.ExecuteAsync($"update scheduler.targets set retention_days = 30 where id = {target}");
        await AddEventsAsync(target, 95_000, 40);
        await AddEventsAsync(target, 11, 40, "corrupted");
        await AddEventsAsync(target, 13, 20);
        await Database.ExecuteAsync("""
            create table public.batches (rows bigint);
            create function public.note_batch() returns trigger language plpgsql security definer as $$
            begin
                insert into public.batches select count(*) from gone;
                return null;
            end $$;
            create trigger note_batch after delete on scanner.change_events referencing old table as gone
                for each statement execute function public.note_batch();
            """);
        await Runs.RequestAsync("ada", default);
        var random = new Random(5);
        var kills = 0;
        while ((await Runs.ListAsync(default))[0].EndedAt is null)
        {
            var running = GoOnAsync();
            if (kills < 8)
            {
                await Task.WhenAny(running, Task.Delay(random.Next(5, 300)));
                await Database.ExecuteAsync(
                    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'retention'");
            }

            try
            {
                await running;
            }
            catch (NpgsqlException)
            {
                kills++;
            }
        }

        var run = Assert.Single(await Runs.ListAsync(default));
        Assert.InRange(kills, 1, 8);
        Assert.Equal((RetentionStatus.Completed, 95_000), (run.Status, run.Rows));
        Assert.Equal(24, await CountAsync("scanner.change_events"));
        Assert.Equal(RetentionRunner.BatchRows, await Database.ScalarAsync<long>("select max(rows) from public.batches"));
        Assert.Equal(95_000m, await Database.ScalarAsync<decimal>("select sum(rows) from public.batches"));
    }
}
