using System.Collections.Concurrent;
using Fixity.Alert.Deliveries.Sending;

namespace Fixity.Alert.Tests.Deliveries.Sending;

[Trait("Category", "Database")]
public sealed class KilledReplicaTests : AlertTest
{
    private const int Replicas = 3;
    private const int Targets = Replicas * DeliveryWorker.PerWebhook;
    private const int EachTarget = 4;
    private const int PatienceSeconds = 240;

    [Fact]
    public async Task Of_three_replicas_one_is_killed_while_it_sends_and_everything_arrives_in_order_twice_only_under_its_id()
    {
        var release = new TaskCompletionSource();
        var held = new ConcurrentDictionary<string, string>();
        var receiver = Owned(await Receiver.StartAsync(async context =>
        {
            held.TryAdd(context.Request.Headers["X-Fixity-Delivery"].ToString(), "");
            await release.Task.WaitAsync(context.RequestAborted);
        }));
        await using (var settings = Service())
        {
            await AddWebhookAsync(settings, receiver.Url, new { timeoutSeconds = 300 });
        }

        for (var target = 1; target <= Targets; target++)
        {
            await AddDeliveriesAsync(1, target, EachTarget);
        }

        var replicas = Enumerable.Range(0, Replicas).Select(_ => AlertReplica.Start(Database.ConnectionString)).ToList();
        try
        {
            // As many as three replicas have places: so each of them is sending.
            await EventuallyAsync(() => Task.FromResult(held.Count == Targets), "each replica sends", PatienceSeconds);
            var inHand = string.Join(',', held.Keys.Select(id => $"'{id}'"));
            await replicas[0].KillAsync();
            release.SetResult();
            await EventuallyCountAsync(
                Targets - DeliveryWorker.PerWebhook, $"id in ({inHand}) and status = 'delivered'", PatienceSeconds);
            // The lease of the dead one, which would end by itself in its time.
            await Database.ExecuteAsync(
                $"update alert.webhook_deliveries set lease_until = now() where id in ({inHand}) and status = 'pending'");
            await EventuallyCountAsync(Targets * EachTarget, "status = 'delivered'", PatienceSeconds);
        }
        finally
        {
            replicas.ForEach(replica => replica.Dispose());
        }

        var byId = receiver.Requests.GroupBy(request => request.DeliveryId).ToList();
        Assert.Equal(Targets * EachTarget, byId.Count);
        var twice = byId.Where(requests => requests.Count() > 1).ToList();
        Assert.Equal(DeliveryWorker.PerWebhook, twice.Count);
        Assert.All(twice, requests => Assert.Single(requests.Select(request => request.Text).Distinct()));
        Assert.Equal(DeliveryWorker.PerWebhook, await CountAsync("attempt = 2"));
        for (var target = 1; target <= Targets; target++)
        {
            Assert.Equal(
                Enumerable.Range(0, EachTarget).Select(n => $"\"{target}-{n}\""),
                receiver.Requests.Select(r => r.Text).Where(t => t.StartsWith($"\"{target}-", StringComparison.Ordinal)).Distinct());
        }
    }
}
