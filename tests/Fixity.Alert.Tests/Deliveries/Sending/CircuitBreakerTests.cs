using Fixity.Alert.Deliveries.Sending;
using Fixity.Alert.Webhooks;
using Fixity.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Fixity.Alert.Tests.Deliveries.Sending;

public sealed class CircuitBreakerTests
{
    private static readonly AttemptResult Failure = AttemptResult.NoAnswer("down");

    private readonly ManualClock _clock = new();
    private readonly CircuitBreakers _circuits;

    public CircuitBreakerTests() => _circuits = new CircuitBreakers(
        Options.Create(new AlertOptions { BreakDuration = TimeSpan.FromSeconds(10) }), _clock, NullLogger<CircuitBreakers>.Instance);

    [Fact]
    public async Task Five_failures_in_a_row_open_it_however_many_successes_were_before_and_one_attempt_asks_again()
    {
        var to = To(1);
        await RepeatAsync(to, 1000, AttemptResult.Delivered(200, null));
        await RepeatAsync(to, 4, Failure);
        await RepeatAsync(to, 1, AttemptResult.Delivered(200, null));
        await RepeatAsync(to, 4, Failure);
        Assert.Empty(_circuits.Restrictions());

        await RepeatAsync(to, 1, Failure);

        Assert.Equal([new Restriction(1, to.Url, 0)], _circuits.Restrictions());
        Assert.Null(await RunAsync(to, Failure));
        _clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal([new Restriction(1, to.Url, 1)], _circuits.Restrictions());
        Assert.NotNull(await RunAsync(to, AttemptResult.Delivered(200, null)));
        Assert.Empty(_circuits.Restrictions());
    }

    [Fact]
    public async Task Each_failed_asking_doubles_the_wait_up_to_five_minutes()
    {
        var to = To(1);
        await RepeatAsync(to, 5, Failure);
        foreach (var seconds in new[] { 10, 20, 40, 80, 160, 300, 300 })
        {
            _clock.Advance(TimeSpan.FromSeconds(seconds - 1));
            Assert.Equal(0, Assert.Single(_circuits.Restrictions()).Places);
            _clock.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(1, Assert.Single(_circuits.Restrictions()).Places);
            Assert.NotNull(await RunAsync(to, Failure));
        }
    }

    [Fact]
    public async Task While_one_asks_no_other_does()
    {
        var to = To(1);
        await RepeatAsync(to, 5, Failure);
        _clock.Advance(TimeSpan.FromSeconds(11));
        var answer = new TaskCompletionSource<AttemptResult>();

        var asking = _circuits.RunAsync(to, _ => answer.Task, CancellationToken.None);

        Assert.Null(await RunAsync(to, Failure));
        Assert.Equal(0, Assert.Single(_circuits.Restrictions()).Places);
        answer.SetResult(AttemptResult.Delivered(200, null));
        Assert.NotNull(await asking);
        Assert.Empty(_circuits.Restrictions());
    }

    [Fact]
    public async Task A_receiver_that_refuses_is_there()
    {
        var to = To(1);
        await RepeatAsync(to, 4, Failure);
        await RepeatAsync(to, 20, new AttemptResult(AttemptOutcome.Refused, 400, null, "no"));
        await RepeatAsync(to, 4, Failure);

        Assert.Empty(_circuits.Restrictions());
    }

    [Fact]
    public async Task Another_webhook_or_url_has_a_circuit_of_its_own()
    {
        await RepeatAsync(To(1), 5, Failure);

        Assert.NotNull(await RunAsync(To(2), Failure));
        Assert.NotNull(await RunAsync(To(1) with { Url = "http://elsewhere.test" }, Failure));
        Assert.Empty(_circuits.Restrictions());
    }

    private async Task RepeatAsync(WebhookDestination to, int times, AttemptResult result)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.NotNull(await RunAsync(to, result));
        }
    }

    private Task<AttemptResult?> RunAsync(WebhookDestination to, AttemptResult result) =>
        _circuits.RunAsync(to, _ => Task.FromResult(result), CancellationToken.None);

    private static WebhookDestination To(int id) => new(id, "w", "http://w.test", [], TimeSpan.FromSeconds(1));
}

[Trait("Category", "Database")]
public sealed class DeadReceiverTests : AlertTest
{
    [Fact]
    public async Task A_dead_receiver_is_asked_now_and_then_burns_no_attempts_and_gets_everything_when_it_is_back()
    {
        const int Targets = 30;
        var dead = true;
        var receiver = Owned(await Receiver.StartAsync(context =>
        {
            context.Response.StatusCode = Volatile.Read(ref dead) ? 500 : 200;
            return Task.CompletedTask;
        }));
        var service = Service(settings: [("Alert:BreakDuration", "00:00:01.500")]);
        var webhook = await AddWebhookAsync(service, receiver.Url, new { retryBackoffSeconds = 1 });
        for (var target = 1; target <= Targets; target++)
        {
            await AddDeliveriesAsync(webhook, target, 1);
        }

        // Five that opened it, those that were under way then, and one that asked.
        await EventuallyAsync(() => Task.FromResult(receiver.Requests.Count >= 6), "it was asked");
        Assert.InRange(await CountAsync("attempt = 0"), 1, Targets - 5);
        Assert.Equal(0, await CountAsync("status = 'failed'"));
        Volatile.Write(ref dead, false);

        await EventuallyCountAsync(Targets, "status = 'delivered'");
        Assert.Equal(Targets, receiver.Requests.Select(request => request.DeliveryId).Distinct().Count());
        Assert.Equal(receiver.Requests.Count, await Database.ScalarAsync<long>("select sum(attempt) from alert.webhook_deliveries"));
    }
}
