using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Fixity.Alert.Tests.Deliveries.Sending;

/// <summary>Receivers that come and go while deliveries keep coming: ten minutes with FIXITY_FULL=1, else some seconds.</summary>
[Trait("Category", "Database")]
public sealed class SoakTests : AlertTest
{
    private const int Webhooks = 4;
    private const int Targets = 5;

    private static readonly bool IsFull = Environment.GetEnvironmentVariable("FIXITY_FULL") == "1";
    private static readonly TimeSpan Duration = IsFull ? TimeSpan.FromMinutes(10) : TimeSpan.FromSeconds(6);

    private static int _turn;

    [Fact]
    public async Task Nothing_is_lost_or_out_of_order_while_receivers_come_and_go_and_memory_stays_flat()
    {
        var misbehaves = true;
        var accepted = new ConcurrentDictionary<string, ConcurrentQueue<int>>();
        var receiver = Owned(await Receiver.StartAsync(
            async context =>
            {
                if (Volatile.Read(ref misbehaves) && await MisbehavedAsync(context))
                {
                    return;
                }

                var said = Receiver.RequestOf(context).Text.Trim('"').Split('-');
                accepted.GetOrAdd($"{context.Request.Path}:{said[0]}", _ => new ConcurrentQueue<int>()).Enqueue(int.Parse(said[1]));
            }, keeps: false));
        await using (var settings = Service())
        {
            for (var i = 0; i < Webhooks; i++)
            {
                await AddWebhookAsync(
                    settings, $"{receiver.Url}/{i}", new { retryAttempts = 20, retryBackoffSeconds = 1, timeoutSeconds = 1 });
            }
        }

        using var first = AlertReplica.Start(Database.ConnectionString, ("Alert:BreakDuration", "00:00:00.500"));
        using var second = AlertReplica.Start(Database.ConnectionString, ("Alert:BreakDuration", "00:00:00.500"));

        await AddDeliveriesAsync(1, 1, 1);
        await EventuallyAsync(async () => await CountAsync("attempt > 0") == 1, "the replicas send", 240);
        var (made, early) = (1, 0L);
        var elapsed = Stopwatch.StartNew();
        while (elapsed.Elapsed < Duration)
        {
            for (var lane = 0; lane < Webhooks * Targets; lane++)
            {
                await AddDeliveriesAsync((lane / Targets) + 1, (lane % Targets) + 1, 1, made);
            }

            made++;
            await FastForwardAsync();
            await Task.Delay(250);
            early = elapsed.Elapsed < Duration / 4 ? first.ResidentBytes : early;
        }

        Volatile.Write(ref misbehaves, false);
        await EventuallyAsync(
            async () =>
            {
                await FastForwardAsync();
                return await CountAsync("status = 'pending'") == 0;
            }, "all came to their end", 180);
        var late = first.ResidentBytes;

        Assert.Equal(0, await CountAsync("status = 'failed' and attempt < 20"));
        Assert.Equal(((made - 1L) * Webhooks * Targets) + 1, await CountAsync("true"));
        Assert.Equal(Webhooks * Targets, accepted.Count);
        // What was taken twice (its answer came too late) was taken again at once, before the next.
        Assert.All(accepted.Values, numbers => Assert.Equal(numbers.Order(), numbers));
        Assert.InRange(late, 1, 400 * 1024 * 1024);
        Assert.True(!IsFull || late - early < 64 * 1024 * 1024, $"{early} bytes early, {late} at the end");
        Assert.InRange(await Database.ScalarAsync<long>("select count(*) from alert.delivery_attempts"), 1, Webhooks * 60);
    }

    private static async Task<bool> MisbehavedAsync(HttpContext context)
    {
        // The same turns in every run, and no two neighbours alike.
        var mixed = ((uint)Interlocked.Increment(ref _turn) * 2654435761u) >> 16;
        switch (mixed % 10)
        {
            case 0:
                context.Response.StatusCode = 500;
                return true;
            case 1:
                context.Response.StatusCode = 429;
                context.Response.Headers.RetryAfter = "1";
                return true;
            case 2:
                context.Abort();
                return true;
            case 3:
                await Task.Delay(TimeSpan.FromSeconds(30), context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                return true;
            default:
                return false;
        }
    }
}
