using Fixity.Testing.Postgres;
using Fixity.Testing.Services;

namespace Fixity.Scheduler.Tests.Targets;

public sealed class WatchedFolderTests(TestDatabase database) : IClassFixture<TestDatabase>, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("fixity-watch-").FullName;

    [Fact]
    public async Task The_watched_folder_is_one_target_with_one_first_scan_over_replicas_and_restarts()
    {
        await using (var first = Watching(_root))
        await using (var second = Watching(_root + "/"))
        {
            await Task.WhenAll(RunsAsync(first), RunsAsync(second));
            await ScannedAsync();
        }

        await using var restarted = Watching(_root);
        await RunsAsync(restarted);

        Assert.Equal(1, await database.ScalarAsync<long>($"select count(*) from scheduler.targets where root = '{_root}'"));
        Assert.Equal(Path.GetFileName(_root), await database.ScalarAsync<string>(
            $"select name from scheduler.targets where root = '{_root}' and schedule = '0 3 * * *'"));
        Assert.Equal("first", await database.ScalarAsync<string>(
            $"select string_agg(trigger, ' ') from scheduler.scans s join scheduler.targets t on t.id = s.target_id where root = '{_root}'"));
    }

    [Fact]
    public async Task A_name_that_is_taken_is_made_another()
    {
        await database.AddTargetAsync("/elsewhere", Path.GetFileName(_root));

        await using var service = Watching(_root);
        await RunsAsync(service);
        await ScannedAsync();

        Assert.StartsWith(Path.GetFileName(_root) + " ", await database.ScalarAsync<string>(
            $"select name from scheduler.targets where root = '{_root}'"));
    }

    [Fact]
    public async Task A_watched_folder_that_does_not_exist_is_no_target_and_does_not_stop_the_schedule()
    {
        await using var service = Watching("/does/not/exist");
        await RunsAsync(service);

        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from scheduler.targets where root = '/does/not/exist'"));
    }

    [Fact]
    public async Task A_watched_folder_that_is_a_link_is_stored_as_the_folder_it_leads_to_and_is_scheduled()
    {
        var link = _root + "-link";
        Directory.CreateSymbolicLink(link, _root);
        try
        {
            await using var service = Watching(link);
            await RunsAsync(service);
            await Waiting.UntilAsync("its trigger is stored", async () => await database.ScalarAsync<long>($"""
                select count(*) from scheduler.qrtz_triggers q join scheduler.targets t on t.id::text = q.trigger_name
                where t.root = '{_root}'
                """) == 1);
        }
        finally
        {
            Directory.Delete(link);
        }
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static async Task RunsAsync(ServiceApplication<Program> service)
    {
        using var client = service.CreateClientAs("viewer");
        await Waiting.UntilAsync("the scheduler runs", async () =>
            (await client.GetStringAsync("/api/v1/scheduler/status")).Contains("\"running\":true", StringComparison.Ordinal));
    }

    /// <summary>The folder comes after the schedules, so a scheduler that runs may not have made it a target yet.</summary>
    private Task ScannedAsync() => Waiting.UntilAsync("its first scan is queued", async () =>
        await database.ScalarAsync<long>($"""
            select count(*) from scheduler.scans s join scheduler.targets t on t.id = s.target_id where root = '{_root}'
            """) > 0);

    private ServiceApplication<Program> Watching(string root) =>
        new(database.ConnectionString, new Dictionary<string, string?> { ["Scheduler:Watch"] = root });
}
