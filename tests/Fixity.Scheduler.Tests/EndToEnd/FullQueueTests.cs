extern alias scanner;

using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Fixity.Testing.Postgres;
using Xunit.Abstractions;

namespace Fixity.Scheduler.Tests.EndToEnd;

/// <summary>Three schedulers and two scanners, all of them processes of their own, and more targets than can be worked on.</summary>
public sealed partial class FullQueueTests(TestDatabase database, ITestOutputHelper output)
    : IClassFixture<TestDatabase>, IDisposable
{
    private static readonly int Targets =
        Environment.GetEnvironmentVariable("FIXITY_FULL") is { Length: > 0 } ? 500 : 24;

    private readonly DirectoryInfo _roots = Directory.CreateTempSubdirectory("fixity-queue-");
    private readonly List<ServiceProcess> _processes = [];

    public void Dispose()
    {
        _processes.ForEach(process => process.Dispose());
        _roots.Delete(recursive: true);
    }

    [Fact]
    [Trait("Scenario", "A8")]
    public async Task All_targets_are_scanned_in_order_none_is_dropped_and_the_schedule_has_its_run_as_well()
    {
        var due = NextMinuteAfter(DateTimeOffset.UtcNow.AddSeconds(90));
        await AddTargetsAsync($"{due.Minute} {due.Hour} {due.Day} {due.Month} *");
        var schedulers = await StartSchedulersAsync(3);

        await AskForAllAsync(schedulers);
        await AskForOneTogetherAsync(schedulers);
        await StatusShowsAsync(schedulers[2], 3);

        // While nobody scans, the schedule comes due. Then everything that asked for it dies.
        Assert.True(DateTimeOffset.UtcNow < due, "The machine was too slow for this test.");
        await Waiting.UntilAsync("the schedule came due for all", async () =>
            await CountAsync("scheduler.follow_ups") == Targets, TimeSpan.FromMinutes(4));
        foreach (var process in _processes)
        {
            await process.KillAsync();
        }

        Assert.Equal(Targets, await CountAsync("scheduler.scans where status = 'queued'"));
        _processes.Clear();
        await StartSchedulersAsync(3);
        for (var i = 0; i < 2; i++)
        {
            Start(typeof(scanner::Program).Assembly.Location, ("Scanner:Concurrency", "1"));
        }

        await Waiting.UntilAsync("both runs of all have ended", async () =>
            await CountAsync("scheduler.scans where ended_at is not null and requested_at > now() - interval '1 d'") == 2 * Targets,
            TimeSpan.FromMinutes(15));

        Assert.Equal([$"manual completed {Targets}", $"schedule completed {Targets}"], await database.ListAsync("""
            select concat_ws(' ', asked, status, count(distinct target_id)) from (
                select *, case trigger when 'catch-up' then 'schedule' else trigger end as asked from scheduler.scans
            ) scans
            where requested_at > now() - interval '1 d' group by asked, status order by 1
            """));
        Assert.Equal(0, await CountAsync("scheduler.follow_ups"));
        // Two begin together, and their transactions may have begun the other way round.
        var farthest = await database.ScalarAsync<long>("""
            select max(abs(wanted - begun)) from (
                select row_number() over (order by p.ended_at, s.id) as wanted, row_number() over (order by s.started_at, s.id) as begun
                from scheduler.scans s
                join scheduler.scans p on p.target_id = s.target_id and p.requested_at < now() - interval '1 d'
                where s.trigger = 'manual' and s.requested_at > now() - interval '1 d'
            ) places
            """);
        output.WriteLine($"{Targets} targets; farthest from its place in the queue: {farthest}");
        Assert.InRange(farthest, 0, 2);
    }

    private static DateTimeOffset NextMinuteAfter(DateTimeOffset time) =>
        new DateTimeOffset(time.Year, time.Month, time.Day, time.Hour, time.Minute, 0, TimeSpan.Zero).AddMinutes(1);

    private static async Task<long> ScanIdAsync(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("scanId").GetInt64();

    private static async Task AskForAllAsync(HttpClient[] schedulers)
    {
        using var taken = await schedulers[0].PostAsync("/api/v1/scan/now", null);
        using var second = await schedulers[1].PostAsync("/api/v1/scan/now", null);
        using var third = await schedulers[2].PostAsync("/api/v1/scan/now", null);

        Assert.Equal(HttpStatusCode.Accepted, taken.StatusCode);
        var ids = (await taken.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("scanIds");
        Assert.Equal(Targets, ids.GetArrayLength());
        Assert.All([second, third], refused =>
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        });
    }

    private async Task AskForOneTogetherAsync(HttpClient[] schedulers)
    {
        var target = await database.ScalarAsync<int>("select min(id) from scheduler.targets");
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(i =>
            schedulers[i % schedulers.Length].PostAsync($"/api/v1/targets/{target}/scans", null)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        var scans = await Task.WhenAll(answers.Select(ScanIdAsync));
        Assert.Single(scans.Distinct());
    }

    private static async Task StatusShowsAsync(HttpClient scheduler, int replicas)
    {
        await Waiting.UntilAsync("all replicas are shown", async () =>
            (await scheduler.GetFromJsonAsync<JsonElement>("/api/v1/scheduler/status"))
                .GetProperty("replicas").GetArrayLength() == replicas);
        var status = await scheduler.GetFromJsonAsync<JsonElement>("/api/v1/scheduler/status");
        Assert.Equal((Targets, 0), (status.GetProperty("queueDepth").GetInt32(), status.GetProperty("workerCount").GetInt32()));
    }

    private async Task<HttpClient[]> StartSchedulersAsync(int replicas)
    {
        var started = Enumerable.Range(0, replicas)
            .Select(_ => Start(typeof(SchedulerOptions).Assembly.Location, ("Scheduler:QueueInterval", "00:00:00.5")))
            .ToList();
        foreach (var scheduler in started)
        {
            await scheduler.SaysAsync(TakesPart());
        }

        return await Task.WhenAll(started.Select(scheduler => scheduler.ClientAsync("operator")));
    }

    private ServiceProcess Start(string program, params (string Key, string Value)[] settings)
    {
        var process = ServiceProcess.Start(program, database, settings);
        _processes.Add(process);
        return process;
    }

    /// <summary>Each was scanned once, the later ones longer ago.</summary>
    private async Task AddTargetsAsync(string schedule)
    {
        for (var i = 0; i < Targets; i++)
        {
            var root = _roots.CreateSubdirectory(i.ToString(CultureInfo.InvariantCulture));
            await File.WriteAllTextAsync(Path.Combine(root.FullName, "file"), $"file {i}");
            var target = await database.AddTargetAsync(root.FullName);
            await database.ExecuteAsync($"""
                update scheduler.targets set schedule = '{schedule}' where id = {target};
                insert into scheduler.scans (target_id, trigger, status, requested_at, started_at, ended_at)
                select {target}, 'manual', 'cancelled', at, at, at from (select now() - interval '{2 + i} days' as at) ended;
                """);
        }
    }

    private Task<long> CountAsync(string rows) => database.ScalarAsync<long>("select count(*) from " + rows);

    [GeneratedRegex("takes part in the schedule")]
    private static partial Regex TakesPart();
}
