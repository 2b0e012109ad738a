using Fixity.Testing.Postgres;
using Fixity.Testing.Services;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.Scheduler.Tests.EndToEnd;

/// <summary>Three schedulers in processes of their own over one database, at a time that a test chooses.</summary>
internal sealed class ReplicaCluster(TestDatabase database) : IAsyncDisposable
{
    private const int Replicas = 3;

    // A trigger that is due each minute needs up to one; three processes that start at once need more.
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private TimeSpan _offset;

    public IReadOnlyList<RealScheduler> Schedulers { get; private set; } = [];

    public DateTimeOffset Now => TimeProvider.System.GetUtcNow() + _offset;

    public async Task<int> AddTargetAsync(string schedule, string zone, string missedRuns = "one")
    {
        var id = await database.AddTargetAsync();
        await database.ExecuteAsync($"""
            update scheduler.targets set schedule = '{schedule}', time_zone = '{zone}', missed_runs = '{missedRuns}'
            where id = {id}
            """);
        return id;
    }

    /// <summary>Has the triggers stored at this time, by a scheduler that is gone afterwards.</summary>
    public async Task StoreTriggersAsync(DateTimeOffset now)
    {
        var clock = new ShiftedClock(now - TimeProvider.System.GetUtcNow());
        await using var service = new ServiceApplication<Program>(
            database.ConnectionString, services: services => services.AddSingleton<TimeProvider>(clock));
        service.CreateClient().Dispose(); // Starts it.
        await Waiting.UntilAsync("all triggers are stored", async () => await database.ScalarAsync<bool>("""
            select (select count(*) from scheduler.qrtz_triggers where trigger_group = 'targets')
                = (select count(*) from scheduler.targets where schedule is not null and deleted_at is null)
            """), Patience);
    }

    public async Task StartAsync(DateTimeOffset now)
    {
        _offset = now - TimeProvider.System.GetUtcNow();
        Schedulers = await RealScheduler.StartAsync(database, Replicas, _offset);
    }

    /// <summary>All at once and without a word, as a power failure does. What they queued is done meanwhile.</summary>
    public async Task KillAllAsync()
    {
        foreach (var scheduler in Schedulers)
        {
            await scheduler.KillAsync();
            scheduler.Dispose();
        }

        Schedulers = [];
        await EndScansAsync();
    }

    /// <summary>The scans end, so that another one has room.</summary>
    public Task EndScansAsync() => database.ExecuteAsync("""
        update scheduler.scans set status = 'completed', ended_at = now() where status = 'queued'
        """);

    public Task<string?> TriggersOfAsync(int targetId) => database.ScalarAsync<string>(
        $"select coalesce(string_agg(trigger, ' ' order by id), '') from scheduler.scans where target_id = {targetId}");

    public async Task<DateTimeOffset> NextRunAsync(int targetId) => new(await database.ScalarAsync<long>(
        $"select next_fire_time from scheduler.qrtz_triggers where trigger_name = '{targetId}'"), TimeSpan.Zero);

    public Task RunsBecomeAsync(int targetId, string triggers) => Waiting.UntilAsync(
        $"target {targetId} has the scans '{triggers}'", async () => await TriggersOfAsync(targetId) == triggers, Patience);

    /// <summary>On a busy machine a scheduler starts late, and what it was to do on time it makes up for.</summary>
    public Task OneRunComesAsync(int targetId) => Waiting.UntilAsync(
        $"target {targetId} has one scan", async () => await TriggersOfAsync(targetId) is "schedule" or "catch-up", Patience);

    public Task NextRunBecomesAsync(int targetId, DateTimeOffset expected) => Waiting.UntilAsync(
        $"the next run of target {targetId} is {expected:u}", async () => await NextRunAsync(targetId) == expected, Patience);

    public async ValueTask DisposeAsync()
    {
        foreach (var scheduler in Schedulers)
        {
            scheduler.Dispose();
        }

        await Task.CompletedTask;
    }
}
