using Fixity.Alert.Deliveries.Gatherings;
using Fixity.Alert.Deliveries.Matching;
using Fixity.Alert.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Fixity.Alert.Tests.Deliveries.Gatherings;

[Trait("Category", "Database")]
public sealed class ReplicaTests : MatchingTest
{
    [Fact]
    public async Task Three_replicas_tell_every_event_exactly_once_in_every_mode()
    {
        const int Scans = 8;
        const int Rounds = 12;
        var parts = Parts();
        var webhooks = new Dictionary<WebhookMode, int>();
        foreach (var mode in Enum.GetValues<WebhookMode>())
        {
            webhooks.Add(mode, await AddAsync(parts, mode));
        }

        using var done = new CancellationTokenSource();
        var replicas = Enumerable.Range(0, 3).Select(_ => Task.Run(() => RunAsync(parts, done.Token))).ToList();
        await Task.WhenAll(Enumerable.Range(0, Scans).Select(number => Task.Run(() => ScanAsync(number, Rounds))));
        await EventuallyAsync(
            async () => !await Database.ScalarAsync<bool>("select exists (select from alert.gatherings where mode = 'digest')")
                && await SumAsync(webhooks[WebhookMode.Each]) == Scans * Rounds * 7,
            "every digest is closed", seconds: 120);
        await done.CancelAsync();
        await Task.WhenAll(replicas);
        await Database.ExecuteAsync("update alert.gatherings set due_at = now()");
        await CloseAsync(parts);

        foreach (var webhook in webhooks.Values)
        {
            Assert.Equal(Scans * Rounds * 7, await SumAsync(webhook));
        }

        var digests = await ToldAsync(webhooks[WebhookMode.Digest]);
        Assert.Equal(Scans, digests.Count);
        Assert.All(digests, digest => Assert.Equal(Rounds * 7, digest.Events));
    }

    [Fact]
    public async Task A_replica_that_dies_in_the_middle_leaves_nothing_half_told()
    {
        var parts = Parts();
        var each = await AddAsync(parts, WebhookMode.Each);
        var digest = await AddAsync(parts, WebhookMode.Digest);
        var scan = await Database.AddScanAsync(TargetId);
        await AddChangesAsync("corrupted", 3, scan);
        // The last thing that its transaction does fails: as if it had died just before.
        await Database.ExecuteAsync("""
            create function alert.die() returns trigger language plpgsql as $$ begin raise exception 'dead'; end $$;
            create trigger die before update on alert.cursors for each row execute function alert.die()
            """);
        await EventuallyAsync(async () => await DiesAsync(parts), "the events can be read");
        Assert.Equal(0, await CountAsync("true"));
        Assert.Equal(0, await Database.ScalarAsync<long>(
            "select (select count(*) from alert.gatherings) + (select count(*) from alert.standing)"));

        await Database.ExecuteAsync("drop trigger die on alert.cursors");
        await EndScanAsync(scan, "completed");
        await MatchAsync(parts);
        await Database.ExecuteAsync("create trigger die before delete on alert.gatherings for each row execute function alert.die()");
        await Assert.ThrowsAsync<PostgresException>(() => CloseAsync(parts));
        await Database.ExecuteAsync("drop trigger die on alert.gatherings");
        await CloseAsync(parts);

        Assert.Equal(3, (await ToldAsync(each)).Count);
        Assert.Equal([(false, 3L)], (await ToldAsync(digest)).Select(told => (told.IsSoFar, told.Events)));
    }

    private static async Task<bool> DiesAsync(ServiceProvider parts)
    {
        try
        {
            await parts.GetRequiredService<EventMatchStore>().MatchAsync(Changes, EventMatcher.BatchSize, CancellationToken.None);
            return false;
        }
        catch (PostgresException e) when (e.MessageText == "dead")
        {
            return true;
        }
    }

    private static async Task RunAsync(ServiceProvider parts, CancellationToken done)
    {
        var matching = parts.GetRequiredService<EventMatchStore>();
        var closing = parts.GetRequiredService<GatheringStore>();
        while (!done.IsCancellationRequested)
        {
            await matching.MatchAsync(Changes, 37, CancellationToken.None);
            await matching.MatchAsync(TargetEvents, 37, CancellationToken.None);
            await closing.CloseAsync(CancellationToken.None);
        }
    }

    private async Task ScanAsync(int number, int rounds)
    {
        // Of one target there is one scan at a time.
        var target = await Database.AddTargetAsync();
        var scan = await Database.AddScanAsync(target);
        for (var round = 0; round < rounds; round++)
        {
            await AddChangesAsync("modified", 7, scan, target: target);
        }

        await EndScanAsync(scan, number % 2 == 0 ? "completed" : "cancelled");
    }

    private Task<long> SumAsync(int webhook) => Database.ScalarAsync<long>(
        $"select coalesce(sum(event_count), 0)::bigint from alert.webhook_deliveries where webhook_id = {webhook}");
}
