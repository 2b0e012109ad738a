using System.Text;
using System.Text.Json;
using Fixity.Query.Events;

namespace Fixity.Query.Tests.Events;

public sealed class EventSubscriptionTests
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    [Fact]
    public async Task A_client_that_does_not_read_misses_progress_but_neither_the_last_state_nor_a_change()
    {
        using var subscription = new EventSubscription(_ => { });

        for (var i = 1; i <= 1_000; i++)
        {
            subscription.Post([Event("scan", 1, i), Event("scan", 2, -i), Changes(7, 3)]);
        }

        Assert.True(await subscription.WaitAsync(CancellationToken.None));
        Assert.Equal(
            [
                "event: scan\ndata: 1000\n\n",
                "event: scan\ndata: -1000\n\n",
                "event: change\ndata: {\"targetId\":1,\"scanId\":7,\"changes\":3000}\n\n",
            ],
            subscription.Take().Select(next => Encoding.UTF8.GetString(next.Frame.Span)));
        Assert.Empty(subscription.Take());
    }

    [Fact]
    public async Task What_is_posted_after_a_take_wakes_the_client_again()
    {
        using var subscription = new EventSubscription(_ => { });
        subscription.Post([Event("scan", 1, 1)]);
        subscription.Take();
        var wait = subscription.WaitAsync(CancellationToken.None);
        Assert.False(wait.IsCompleted);

        subscription.Post([Event("scan", 1, 2)]);

        Assert.True(await wait);
        Assert.Single(subscription.Take());
    }

    [Fact]
    public async Task A_client_with_too_much_unsaid_is_cut_off()
    {
        using var subscription = new EventSubscription(_ => { });

        subscription.Post([.. Enumerable.Range(0, 1_001).Select(id => Event("target", id, id))]);
        subscription.Take();

        Assert.False(await subscription.WaitAsync(CancellationToken.None));
    }

    [Fact]
    public void Changes_put_back_are_added_to_those_that_came_in()
    {
        var failed = new Progress();
        failed.Add(new ProgressNotice(ProgressKind.Change, 1, 7, 3));
        failed.Add(new ProgressNotice(ProgressKind.Scan, 1, 7));
        var next = new Progress();
        next.Add(new ProgressNotice(ProgressKind.Change, 1, 7, 4));
        next.Add(new ProgressNotice(ProgressKind.Target, 2));

        next.Add(failed);

        Assert.Equal(7, next.Changes[(1, 7)]);
        Assert.Equal([7L], next.ScanIds);
        Assert.Equal([2], next.TargetIds);
    }

    private static LiveEvent Event(string name, long key, int data) => new(name, key, data, Json);

    private static LiveEvent Changes(long scan, long count) =>
        new("change", scan, new ChangeEventView(1, scan, count), Json);
}
