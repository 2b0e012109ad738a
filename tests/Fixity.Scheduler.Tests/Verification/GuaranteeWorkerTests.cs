using System.Text.Json;
using Fixity.Scheduler.Verification;
using Fixity.Testing.Postgres;
using Fixity.Testing.Services;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.Scheduler.Tests.Verification;

public sealed class GuaranteeWorkerTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_breach_is_told_once_by_three_replicas_and_once_when_it_is_healed()
    {
        var target = await AddTargetAsync(oldestDays: 40);
        await using var first = new ServiceApplication<Program>(database.ConnectionString);
        await using var second = new ServiceApplication<Program>(database.ConnectionString);
        await using var third = new ServiceApplication<Program>(database.ConnectionString);
        ServiceApplication<Program>[] replicas = [first, second, third];

        await EvaluateAsync(replicas, target);
        Assert.Empty(await EventsAsync(target));

        await AgeAsync(target, days: 60);
        await EvaluateAsync(replicas, target);
        await EvaluateAsync(replicas, target);

        var breach = Assert.Single(await EventsAsync(target));
        Assert.Equal("breached", breach.GetProperty("state").GetString());
        Assert.Equal(3, breach.GetProperty("filesOverdue").GetInt64());
        Assert.Equal(90, breach.GetProperty("verifyWithinDays").GetInt32());

        await database.ExecuteAsync($"update scanner.files set verified_at = now() where target_id = {target}");
        await EvaluateAsync(replicas, target);
        await EvaluateAsync(replicas, target);

        var events = await EventsAsync(target);
        Assert.Equal(2, events.Count);
        Assert.Equal("healed", events[1].GetProperty("state").GetString());
        Assert.Null(await ReadAsync<DateTime?>("breached_since", target));
    }

    [Fact]
    public async Task A_file_that_was_never_verified_counts_from_when_it_was_first_seen()
    {
        var target = await AddTargetAsync(oldestDays: 1);
        await database.ExecuteAsync($"""
            update scanner.files set verified_at = null, first_seen_at = now() - interval '91 days'
            where target_id = {target} and path = 'f1'
            """);
        await using var service = new ServiceApplication<Program>(database.ConnectionString);

        await EvaluateAsync([service], target);

        Assert.Equal(1, await ReadAsync<long>("files_overdue", target));
        Assert.Single(await EventsAsync(target));
    }

    [Fact]
    public async Task A_scan_that_ended_is_enough_to_look_again_and_what_it_read_is_the_rate()
    {
        var target = await AddTargetAsync(oldestDays: 1);
        await using var service = new ServiceApplication<Program>(database.ConnectionString);
        await EvaluateAsync([service], target);
        Assert.Equal(TimeSpan.FromDays(1), await ReadAsync<TimeSpan>("run_gap", target));
        Assert.Null(await ReadAsync<double?>("measured_bytes_per_day", target));

        await database.ExecuteAsync($"""
            insert into scheduler.scans (target_id, trigger, status, started_at, ended_at, bytes_hashed)
            values ({target}, 'schedule', 'completed', now() - interval '100 seconds', now(), 10000000000)
            """);
        await service.Services.GetRequiredService<GuaranteeWorker>()
            .EvaluateAsync(target, TimeSpan.FromHours(1), CancellationToken.None);

        Assert.Equal(100e6 * 86_400, (await ReadAsync<double?>("measured_bytes_per_day", target))!.Value, 1e9);
        Assert.True(await ReadAsync<bool?>("can_be_met", target));
        Assert.Equal(TimeSpan.FromDays(1) + TimeSpan.FromSeconds(100), await ReadAsync<TimeSpan>("run_gap", target));
    }

    private async Task<int> AddTargetAsync(int oldestDays)
    {
        var target = await database.AddTargetAsync();
        await database.ExecuteAsync($"""
            update scheduler.targets
            set schedule = '0 3 * * *', time_zone = 'UTC', created_at = now() - interval '1 year',
                updated_at = now() - interval '1 year'
            where id = {target};
            insert into scanner.target_states (target_id, state, last_complete_scan, files_present, bytes_present)
            values ({target}, 'online', 0, 3, 3000000);
            insert into scanner.files (
                target_id, path, size, mtime_ns, algorithm, checksum, state, first_scan_id, verified_at)
            select {target}, 'f' || i, 1000000, 1, 1, decode(repeat('00', 32), 'hex'), 1, 0,
                now() - interval '{oldestDays} days'
            from generate_series(1, 3) as i
            """);
        return target;
    }

    private Task AgeAsync(int target, int days) => database.ExecuteAsync(
        $"update scanner.files set verified_at = verified_at - interval '{days} days' where target_id = {target}");

    private static Task EvaluateAsync(IEnumerable<ServiceApplication<Program>> replicas, int target) => Task.WhenAll(
        replicas.Select(replica => Task.Run(() => replica.Services.GetRequiredService<GuaranteeWorker>()
            .EvaluateAsync(target, TimeSpan.FromDays(-1), CancellationToken.None))));

    private async Task<List<JsonElement>> EventsAsync(int target)
    {
        var events = await database.ScalarAsync<string>($"""
            select coalesce(jsonb_agg(details order by id), '[]')::text from scanner.target_events
            where target_id = {target} and type = 'verification.stale'
            """);
        return [.. JsonElement.Parse(events!).EnumerateArray()];
    }

    private Task<T?> ReadAsync<T>(string column, int target) => database.ScalarAsync<T>(
        $"select {column} from scheduler.verification_guarantees where target_id = {target}");
}
