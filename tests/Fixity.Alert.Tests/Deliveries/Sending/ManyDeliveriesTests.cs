using System.Collections.Concurrent;

namespace Fixity.Alert.Tests.Deliveries.Sending;

/// <summary>What one bad receiver costs the others, and what many deliveries cost this process. In full with FIXITY_FULL=1.</summary>
[Trait("Category", "Database")]
public sealed class ManyDeliveriesTests : AlertTest
{
    private const int Targets = 20;

    private static readonly bool IsFull = Environment.GetEnvironmentVariable("FIXITY_FULL") == "1";

    [Fact]
    public async Task Of_five_webhooks_one_is_dead_and_the_others_are_drained_once_each_with_flat_memory()
    {
        var eventsPerTarget = (IsFull ? 100_000 : 500) / Targets;
        var expected = (long)eventsPerTarget * Targets;
        var dead = Owned(await Receiver.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted)));
        var seen = new ConcurrentDictionary<Guid, int>(4, (int)expected * 4);
        var well = Owned(await Receiver.StartAsync(
            context =>
            {
                seen.AddOrUpdate(Receiver.RequestOf(context).DeliveryId, 1, (_, times) => times + 1);
                return Task.CompletedTask;
            }, keeps: false));
        var service = Service();
        var stuck = await AddWebhookAsync(service, dead.Url, new { timeoutSeconds = 5 });
        for (var i = 0; i < 4; i++)
        {
            await AddWebhookAsync(service, $"{well.Url}/{i}");
        }

        foreach (var webhook in Enumerable.Range(stuck, 5))
        {
            await Database.ExecuteAsync($"""
                insert into alert.webhook_deliveries (id, webhook_id, event_key, event_type, payload, target_id)
                select gen_random_uuid(), {webhook}, 'made:' || n, 'file.modified', repeat('x', 2000), n % {Targets} + 1
                from generate_series(1, {expected}) n order by n
                """);
        }

        await Database.ExecuteAsync("analyze alert.webhook_deliveries");
        await EventuallyAsync(() => Task.FromResult(seen.Count > expected * 4 / 10), "a tenth arrived", IsFull ? 1200 : 60);
        var early = GC.GetTotalMemory(forceFullCollection: true);
        await EventuallyCountAsync(expected * 4, $"webhook_id <> {stuck} and status = 'delivered' and attempt = 1", IsFull ? 7200 : 120);
        var late = GC.GetTotalMemory(forceFullCollection: true);

        Assert.Equal((expected * 4, 1), (seen.Count, seen.Values.Max()));
        Assert.Equal(0, await CountAsync($"webhook_id = {stuck} and status = 'delivered'"));
        // Ids of what arrived, at some hundred bytes, are the test's own.
        Assert.InRange(late - early, long.MinValue, (16 * 1024 * 1024) + (expected * 4 * 120));
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
}
