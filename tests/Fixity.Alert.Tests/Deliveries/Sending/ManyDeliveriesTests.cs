using System.Collections.Concurrent;
using System.Diagnostics;
using Xunit.Abstractions;

namespace Fixity.Alert.Tests.Deliveries.Sending;

/// <summary>What one bad receiver costs the others, and what many deliveries cost this process. In full with FIXITY_FULL=1.</summary>
[Trait("Category", "Database")]
public sealed class ManyDeliveriesTests(ITestOutputHelper output) : AlertTest
{
    private const int Targets = 20;

    private static readonly bool IsFull = Environment.GetEnvironmentVariable("FIXITY_FULL") == "1";

    [Fact]
    public async Task Of_five_webhooks_one_is_dead_and_the_others_are_drained_once_each_with_flat_memory()
    {
        // Fewer at a time than those that are folded into one.
        var (events, atATime) = IsFull ? (100_000, 5_000) : (500, 500);
        var dead = Owned(await Receiver.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted)));
        var seen = new ConcurrentDictionary<Guid, int>();
        var well = Owned(await Receiver.StartAsync(
            context =>
            {
                seen.AddOrUpdate(Receiver.RequestOf(context).DeliveryId, 1, (_, times) => times + 1);
                return Task.CompletedTask;
            }, keeps: false));
        var stuck = 0;
        await using (var settings = Service())
        {
            stuck = await AddWebhookAsync(settings, dead.Url, new { timeoutSeconds = 5 });
            for (var i = 0; i < 4; i++)
            {
                await AddWebhookAsync(settings, $"{well.Url}/{i}");
            }
        }

        using var replica = AlertReplica.Start(Database.ConnectionString);
        var early = 0L;
        var begun = Stopwatch.GetTimestamp();
        for (var made = 0; made < events; made += atATime)
        {
            await AddRoundAsync(stuck, made, atATime);
            var expected = (made + atATime) * 4;
            await EventuallyAsync(() => Task.FromResult(seen.Count >= expected), $"{expected} arrived", 600);
            early = made < events / 10 ? replica.ResidentBytes : early;
        }

        await EventuallyCountAsync(events * 4, $"webhook_id <> {stuck} and status = 'delivered' and attempt = 1");
        var late = replica.ResidentBytes;
        await SayAsync(stuck, events * 4, Stopwatch.GetElapsedTime(begun), late);
        Assert.Equal((events * 4, 1), (seen.Count, seen.Values.Max()));
        Assert.Equal(0, await CountAsync($"webhook_id = {stuck} and status = 'delivered'"));
        Assert.InRange(await CountAsync($"webhook_id = {stuck} and status = 'pending'"), 1, 10_000 + atATime);
        Assert.InRange(late, 1, 400 * 1024 * 1024);
        Assert.True(!IsFull || late - early < 64 * 1024 * 1024, $"{early} bytes early, {late} at the end");
    }

    [Fact]
    public async Task A_dead_receiver_delays_no_other_by_more_than_a_second()
    {
        var hanging = Owned(await Receiver.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted)));
        var well = Owned(await Receiver.StartAsync());
        var service = Service();
        var fine = await AddWebhookAsync(service, well.Url);
        var alone = await MedianDelayAsync(fine, "alone");
        for (var i = 0; i < 5; i++)
        {
            var stuck = await AddWebhookAsync(service, hanging.Url);
            await AddDeliveriesAsync(stuck, target: null, 500);
        }

        await EventuallyAsync(() => Task.FromResult(hanging.Requests.Count >= 20), "all places of the dead are taken");
        var beside = await MedianDelayAsync(fine, "beside");

        Assert.True(beside - alone < TimeSpan.FromSeconds(1), $"alone {alone}, beside dead ones {beside}");
    }

    private async Task SayAsync(int stuck, int deliveries, TimeSpan elapsed, long resident) => output.WriteLine(
        await Database.ScalarAsync<string>($"""
            select format('{deliveries} deliveries to four receivers beside a dead one: {deliveries / elapsed.TotalSeconds:F0} a second, '
                'from row to result p50 %s s, p99 %s s, {resident >> 20} MiB resident', round(of[1]::numeric, 2), round(of[2]::numeric, 2))
            from (
                select percentile_cont(array[0.5, 0.99]) within group (order by extract(epoch from delivered_at - created_at)) as of
                from alert.webhook_deliveries where webhook_id <> {stuck}
            ) delays
            """));

    /// <summary>From the row to the stored result, of forty that come one after the other.</summary>
    private async Task<TimeSpan> MedianDelayAsync(int webhook, string name)
    {
        for (var i = 0; i < 40; i++)
        {
            await Database.ExecuteAsync($"""
                insert into alert.webhook_deliveries (id, webhook_id, event_key, event_type, payload)
                values (gen_random_uuid(), {webhook}, '{name}:{i}', 'file.modified', '')
                """);
            await Task.Delay(25);
        }

        await EventuallyCountAsync(40, $"event_key like '{name}:%' and status = 'delivered'");
        return TimeSpan.FromSeconds(await Database.ScalarAsync<double>($"""
            select percentile_cont(0.5) within group (order by extract(epoch from delivered_at - created_at))
            from alert.webhook_deliveries where event_key like '{name}:%'
            """));
    }

    /// <summary>As many events for each of the five.</summary>
    private Task AddRoundAsync(int firstWebhook, int from, int count) => Database.ExecuteAsync($"""
        insert into alert.webhook_deliveries (id, webhook_id, event_key, event_type, payload, target_id)
        select gen_random_uuid(), w, 'made:' || n, 'file.modified', repeat('x', 2000), n % {Targets} + 1
        from generate_series({firstWebhook}, {firstWebhook + 4}) w, generate_series({from}, {from + count - 1}) n
        order by n;
        """);
}
