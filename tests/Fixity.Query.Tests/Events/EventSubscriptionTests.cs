using System.Text;
using System.Text.Json;
using Fixity.Query.Changes;
using Fixity.Query.Events;

namespace Fixity.Query.Tests.Events;

public sealed class EventSubscriptionTests
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    [Fact]
    public async Task A_client_that_does_not_read_misses_progress_but_neither_the_last_state_nor_a_change()
    {
        using var subscription = new EventSubscription(default, _ => { });

        for (var i = 1; i <= 1_000; i++)
        {
            subscription.Post([Event("scan", 1, i), Event("scan", 2, -i), Changes(7, 3)], new ChangePosition(9, i));
        }

        Assert.True(await subscription.WaitAsync(CancellationToken.None));
        Assert.Equal(
            [
                "event: scan\ndata: 1000\n\n",
                "event: scan\ndata: -1000\n\n",
                "event: change\ndata: {\"targetId\":1,\"scanId\":7,\"changes\":3000}\n\n",
            ],
            subscription.Take().Events.Select(next => Encoding.UTF8.GetString(next.Frame.Span)));
        var (rest, position) = subscription.Take();
        Assert.Empty(rest);
        Assert.Equal(new ChangePosition(9, 1_000), position);
    }

    [Fact]
    public async Task What_is_posted_after_a_take_wakes_the_client_again()
    {
        using var subscription = new EventSubscription(default, _ => { });
        subscription.Post([Event("scan", 1, 1)], default);
        subscription.Take();
        var wait = subscription.WaitAsync(CancellationToken.None);
        Assert.False(wait.IsCompleted);

        subscription.Post([Event("scan", 1, 2)], default);

        Assert.True(await wait);
        Assert.Single(subscription.Take().Events);
    }

    [Fact]
    public async Task A_client_with_too_much_unsaid_is_cut_off()
    {
        using var subscription = new EventSubscription(default, _ => { });

        subscription.Post([.. Enumerable.Range(0, 1_001).Select(id => Event("target", id, id))], default);
        subscription.Take();

        Assert.False(await subscription.WaitAsync(CancellationToken.None));
    }

    [Fact]
    public void What_is_put_back_is_no_later_than_what_came_in()
    {
        var failed = new Progress();
        failed.Add(new ProgressNotice(ProgressKind.Change));
        failed.Add(new ProgressNotice(ProgressKind.Scan, ScanId: 7));
        failed.Add(new ProgressNotice(ProgressKind.Webhook, WebhookId: 1, State: WebhookStanding.Failing));
        failed.Add(new ProgressNotice(ProgressKind.Webhook, WebhookId: 2, State: WebhookStanding.Failing));
        var next = new Progress();
        next.Add(new ProgressNotice(ProgressKind.Target, 2));
        next.Add(new ProgressNotice(ProgressKind.Webhook, WebhookId: 1, State: WebhookStanding.Active));

        failed.Add(next);

        Assert.True(failed.HasChanges);
        Assert.Equal([7L], failed.ScanIds);
        Assert.Equal([2], failed.TargetIds);
        Assert.Equal((WebhookStanding.Active, WebhookStanding.Failing), (failed.Webhooks[1], failed.Webhooks[2]));
    }

    private static LiveEvent Event(string name, long key, int data) => new(name, key, data, Json);

    private static LiveEvent Changes(long scan, long count) =>
        new("change", scan, new ChangeEventView(1, scan, count), Json);
}
