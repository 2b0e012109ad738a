using System.Collections.Concurrent;

namespace Fixity.Alert.Tests.Deliveries.Sending;

/// <summary>Within a webhook, what is told of one target arrives in its order.</summary>
[Trait("Category", "Database")]
public sealed class DeliveryOrderTests : AlertTest
{
    [Fact]
    public async Task A_delivery_that_waits_for_its_next_attempt_holds_back_those_behind_it_of_its_target_alone()
    {
        var fails = true;
        var receiver = Owned(await Receiver.StartAsync(context =>
        {
            context.Response.StatusCode = Volatile.Read(ref fails) && Receiver.RequestOf(context).Text == "\"1-0\"" ? 503 : 200;
            return Task.CompletedTask;
        }));
        var service = Service();
        var webhook = await AddWebhookAsync(service, receiver.Url);
        await AddDeliveriesAsync(webhook, 1, 3);
        await AddDeliveriesAsync(webhook, 2, 3);
        await AddDeliveriesAsync(webhook, null, 3);

        await EventuallyCountAsync(6, "target_id is distinct from 1 and status = 'delivered'");
        await EventuallyCountAsync(1, "target_id = 1 and attempt = 1 and lease_until is null and status = 'pending'");
        Assert.Equal(2, await CountAsync("target_id = 1 and attempt = 0"));
        Volatile.Write(ref fails, false);
        await FastForwardAsync();
        await EventuallyCountAsync(9, "status = 'delivered'");

        Assert.Equal(["\"1-0\"", "\"1-0\"", "\"1-1\"", "\"1-2\""], Of(receiver, 1));
        Assert.Equal(["\"2-0\"", "\"2-1\"", "\"2-2\""], Of(receiver, 2));
    }

    [Fact]
    public async Task Over_replicas_each_target_is_told_in_order_and_one_at_a_time_and_nothing_is_told_twice()
    {
        const int Targets = 6;
        const int Each = 30;
        var sending = new ConcurrentDictionary<string, int>();
        var atOnce = 0;
        var receiver = Owned(await Receiver.StartAsync(async context =>
        {
            var target = Receiver.RequestOf(context).Text.Split('-')[0];
            if (sending.AddOrUpdate(target, 1, (_, n) => n + 1) > 1)
            {
                Interlocked.Increment(ref atOnce);
            }

            await Task.Delay(3);
            sending.AddOrUpdate(target, 0, (_, n) => n - 1);
        }));
        var first = Service();
        var webhook = await AddWebhookAsync(first, receiver.Url);
        Service();
        Service();
        for (var target = 1; target <= Targets; target++)
        {
            await AddDeliveriesAsync(webhook, target, Each);
        }

        await EventuallyCountAsync(Targets * Each, "status = 'delivered' and attempt = 1");

        Assert.Equal(0, atOnce);
        for (var target = 1; target <= Targets; target++)
        {
            Assert.Equal(Enumerable.Range(0, Each).Select(n => $"\"{target}-{n}\""), Of(receiver, target));
        }
    }

    private static IEnumerable<string> Of(Receiver receiver, int target) =>
        receiver.Requests.Select(request => request.Text).Where(text => text.StartsWith($"\"{target}-", StringComparison.Ordinal));
}
