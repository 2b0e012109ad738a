using Fixity.Scheduler.Retention;

namespace Fixity.Scheduler.Tests.Retention;

public sealed class FileRetentionTests : RetentionDatabase
{
    private const int Deleted = 2;

    [Fact]
    public async Task Files_that_are_long_gone_go_with_all_that_is_kept_of_them()
    {
        var target = await Database.AddTargetAsync();
        await AddFilesAsync(target, 12_000, Deleted, 3_651);
        await AddFilesAsync(target, 3, Deleted, 3_649);
        await AddFilesAsync(target, 5, 1, 9_000);
        await Database.ExecuteAsync("""
            insert into scanner.file_groups select id, 'x' from scanner.files;
            insert into scanner.replaced_files (id, file_id) select 1000000 + id, id from scanner.files
            """);

        var run = await RunAsync();

        Assert.Equal(12_000, run.Removed.Single(r => r.Kind == RetentionKind.Files).Rows);
        Assert.Equal(
            (8, 8, 8),
            (await CountAsync("scanner.files"), await CountAsync("scanner.file_groups"), await CountAsync("scanner.replaced_files")));
    }

    [Fact]
    public async Task A_present_file_keeps_its_baseline_however_old_it_is()
    {
        var target = await Database.AddTargetAsync();
        foreach (var state in new[] { 1, 3, 4, 5, 6 })
        {
            await AddFilesAsync(target, 1, state, 20_000);
        }

        await RunAsync();

        Assert.Equal(5, await CountAsync("scanner.files"));
    }

    [Fact]
    public async Task A_deleted_file_with_an_unacknowledged_corruption_stays()
    {
        var target = await Database.AddTargetAsync();
        await AddFilesAsync(target, 1, Deleted, 4_000);
        var file = await Database.ScalarAsync<long>("select id from scanner.files");
        await AddEventsAsync(target, 1, 4_000, "corrupted", file: file - 1);

        Assert.Equal(0, (await RunAsync()).Rows);
        await Database.ExecuteAsync("update scanner.change_events set acknowledged_at = now()");
        await RunAsync();

        Assert.Equal(0, await CountAsync("scanner.files"));
    }

    [Fact]
    public async Task A_target_that_is_being_scanned_is_left_alone()
    {
        var target = await Database.AddTargetAsync();
        await AddFilesAsync(target, 4, Deleted, 4_000);
        await Database.ExecuteAsync(
            $"insert into scheduler.scans (target_id, trigger, status) values ({target}, 'schedule', 'running')");

        Assert.Equal(0, (await RunAsync()).Rows);
        await Database.ExecuteAsync("update scheduler.scans set status = 'completed', ended_at = now()");

        Assert.Equal(4, (await RunAsync()).Rows);
    }

    [Fact]
    public async Task A_target_that_was_deleted_keeps_its_files_until_its_retention_is_over()
    {
        var (past, recent) = (await Database.AddTargetAsync(), await Database.AddTargetAsync());
        await AddFilesAsync(past, 11_000, 1, 100);
        await AddFilesAsync(recent, 6, 1, 100);
        await Database.ExecuteAsync($"""
            insert into scanner.target_states (target_id) values ({past}), ({recent});
            update scheduler.targets set retention_days = 60, deleted_at = now() - interval '61 days' where id = {past};
            update scheduler.targets set retention_days = 60, deleted_at = now() - interval '59 days' where id = {recent}
            """);

        await RunAsync();

        Assert.Equal((0, 6), (await OfAsync("files", past), await OfAsync("files", recent)));
        Assert.Equal((0, 1), (await OfAsync("target_states", past), await OfAsync("target_states", recent)));
    }

    private Task<long> OfAsync(string table, int target) => CountAsync($"scanner.{table} where target_id = {target}");

    private Task AddFilesAsync(int target, int count, int state, int daysOld) => Database.ExecuteAsync($"""
        insert into scanner.files (target_id, path, size, mtime_ns, state, state_since, first_scan_id)
        select {target}, 'state {state} for {daysOld} days ' || n, 1, 1, {state}, now() - interval '{daysOld} days', 1
        from generate_series(1, {count}) n
        """);
}
