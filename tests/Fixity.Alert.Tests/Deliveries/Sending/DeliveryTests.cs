using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Fixity.Alert.Deliveries.Sending;
using Fixity.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.Alert.Tests.Deliveries.Sending;

[Trait("Category", "Database")]
public sealed class DeliveryTests : AlertTest
{
    private static readonly string[] CorruptedOnly = ["file.corrupted"];

    [Fact]
    public async Task A_change_reaches_its_receiver_signed_and_byte_for_byte_as_stored()
    {
        var receiver = Owned(await Receiver.StartAsync());
        var service = Service();
        var webhook = await AddWebhookAsync(service, receiver.Url, new { eventIncludes = CorruptedOnly });

        await AddChangeAsync("added");
        await AddChangeAsync("corrupted", "märz/ß.tif");
        await EventuallyCountAsync(1, "status = 'delivered'");

        var request = Assert.Single(receiver.Requests);
        Assert.Equal("/hook", request.Path);
        Assert.StartsWith("application/cloudevents+json", request.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Equal("Fixity/0.1", request.Headers["User-Agent"]);
        Assert.Equal("file.corrupted", request.Headers["X-Fixity-Event"]);
        Assert.Equal(JsonElement.Parse(request.Text).GetProperty("id").GetGuid(), request.DeliveryId);
        Assert.Equal(await Database.ScalarAsync<string>("select payload from alert.webhook_deliveries"), request.Text);
        AssertSigned(request, Secret);
        Assert.DoesNotContain("traceparent", request.Headers.Keys);

        using var viewer = service.CreateClientAs(Roles.Viewer);
        var delivery = (await viewer.GetFromJsonAsync<JsonElement>($"/api/v1/webhooks/{webhook}/deliveries"))
            .GetProperty("items")[0];
        Assert.Equal(("delivered", 1, 200), (delivery.GetProperty("status").GetString(),
            delivery.GetProperty("attempt").GetInt32(), delivery.GetProperty("responseStatus").GetInt32()));
        var health = await viewer.GetFromJsonAsync<JsonElement>($"/api/v1/webhooks/{webhook}");
        Assert.Equal(JsonValueKind.String, health.GetProperty("lastSuccessAt").ValueKind);
        Assert.Equal((0, 0), (health.GetProperty("failuresInARow").GetInt32(), health.GetProperty("backlog").GetProperty("pending").GetInt32()));
    }

    [Fact]
    public async Task A_failing_receiver_is_tried_again_later_and_later_with_the_same_delivery_and_then_given_up()
    {
        var receiver = Owned(await Receiver.StartAsync(500));
        var service = Service();
        var webhook = await AddWebhookAsync(service, receiver.Url, new { retryAttempts = 3, retryBackoffSeconds = 100 });
        await AddChangeAsync("corrupted");

        await EventuallyCountAsync(1, "attempt = 1 and lease_until is null and status = 'pending'");
        Assert.InRange(await SecondsToNextAsync(), 90 - 1, 110 + 1);
        await FastForwardAsync();
        await EventuallyCountAsync(1, "attempt = 2 and lease_until is null and status = 'pending'");
        Assert.InRange(await SecondsToNextAsync(), 180 - 1, 220 + 1);
        await FastForwardAsync();
        await EventuallyCountAsync(1, "attempt = 3 and status = 'failed' and next_attempt_at is null and error = 'HTTP 500.' and failure = 'gave_up'");

        Assert.Equal(3, receiver.Requests.Count);
        Assert.Single(receiver.Requests.Select(r => (r.DeliveryId, r.Text)).Distinct());
        Assert.All(receiver.Requests, request => AssertSigned(request, Secret));
        using var viewer = service.CreateClientAs(Roles.Viewer);
        var health = await viewer.GetFromJsonAsync<JsonElement>($"/api/v1/webhooks/{webhook}");
        Assert.Equal(1, health.GetProperty("failuresInARow").GetInt32());
        Assert.Equal(JsonValueKind.Null, health.GetProperty("lastSuccessAt").ValueKind);
    }

    [Theory]
    [InlineData(429, "120", 120)]
    [InlineData(503, "date", 600)]
    [InlineData(503, "999999999", 86_400)]
    [InlineData(408, "soon", 1)] // not a wish that can be read: our own schedule
    public async Task Retry_After_is_obeyed_in_seconds_and_as_a_date(int status, string wish, double seconds)
    {
        var receiver = Owned(await Receiver.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = wish == "date" ? DateTimeOffset.UtcNow.AddSeconds(600).ToString("R") : wish;
            return Task.CompletedTask;
        }));
        // The backoff of the last case is long enough to be seen and short against the others.
        await AddWebhookAsync(Service(), receiver.Url, new { retryBackoffSeconds = seconds < 60 ? 30 : 1 });
        await AddChangeAsync("corrupted");

        await EventuallyCountAsync(1, "attempt = 1 and lease_until is null and status = 'pending'");

        var expected = seconds < 60 ? 30 : seconds;
        Assert.InRange(await SecondsToNextAsync(), (expected * 0.9) - 5, (expected * 1.1) + 1);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    public async Task A_refusal_is_final(int status)
    {
        var receiver = Owned(await Receiver.StartAsync(status));
        await AddWebhookAsync(Service(), receiver.Url);
        await AddChangeAsync("corrupted");

        await EventuallyCountAsync(1, $"status = 'failed' and attempt = 1 and response_status = {status} and next_attempt_at is null and failure = 'refused'");
        Assert.Single(receiver.Requests);
    }

    [Fact]
    public async Task A_receiver_that_was_down_gets_its_delivery_once_it_is_up_also_after_a_restart_of_the_service()
    {
        var gone = await Receiver.StartAsync();
        await gone.DisposeAsync();
        var before = Service();
        await AddWebhookAsync(before, gone.Url);
        await AddChangeAsync("corrupted");
        await EventuallyCountAsync(1, "attempt = 1 and lease_until is null and status = 'pending' and response_status is null and error is not null");
        await before.DisposeAsync();
        Assert.Equal(1, await CountAsync("status = 'pending'"));

        var back = Owned(await Receiver.StartAsync(_ => Task.CompletedTask, gone.Port));
        await FastForwardAsync();
        Service();
        await EventuallyCountAsync(1, "status = 'delivered' and attempt = 2 and error is null");

        Assert.Equal(await Database.ScalarAsync<Guid>("select id from alert.webhook_deliveries"), Assert.Single(back.Requests).DeliveryId);
    }

    [Fact]
    public async Task Two_replicas_never_send_a_delivery_twice()
    {
        const int Events = 60;
        var sending = new ConcurrentDictionary<string, int>();
        var twice = 0;
        var receiver = Owned(await Receiver.StartAsync(async context =>
        {
            if (!sending.TryAdd(context.Request.Headers["X-Fixity-Delivery"].ToString(), 0))
            {
                Interlocked.Increment(ref twice);
            }

            await Task.Delay(15);
        }));
        var first = Service();
        Service();
        await AddWebhookAsync(first, receiver.Url);
        for (var i = 0; i < Events; i++)
        {
            await AddChangeAsync("modified");
        }

        await EventuallyCountAsync(Events, "status = 'delivered' and attempt = 1");

        Assert.Equal((0, Events), (twice, receiver.Requests.Count));
    }

    [Fact]
    public async Task What_a_dead_replica_was_sending_is_sent_by_another_under_the_same_id_when_its_lease_ends()
    {
        var receiver = Owned(await Receiver.StartAsync());
        var service = Service();
        var webhook = await AddWebhookAsync(service, receiver.Url);
        var id = Guid.NewGuid();
        await Database.ExecuteAsync($"""
            insert into alert.webhook_deliveries (id, webhook_id, event_key, event_type, payload, attempt, lease_until)
            values ('{id}', {webhook}, 'change:1000', 'file.corrupted', '', 1, now() + interval '1 hour')
            """);
        // Another event goes past it: the one under lease is left alone.
        await AddChangeAsync("deleted");
        await EventuallyCountAsync(1, "status = 'delivered'");
        Assert.DoesNotContain(receiver.Requests, r => r.DeliveryId == id);

        await Database.ExecuteAsync($"update alert.webhook_deliveries set lease_until = now() where id = '{id}'");

        await EventuallyCountAsync(1, $"id = '{id}' and status = 'delivered' and attempt = 2");
        Assert.Single(receiver.Requests, r => r.DeliveryId == id);
    }

    [Fact]
    public async Task A_disabled_webhook_keeps_its_deliveries_until_it_is_enabled()
    {
        var receiver = Owned(await Receiver.StartAsync(503));
        var service = Service();
        await AddWebhookAsync(service, receiver.Url);
        await AddChangeAsync("corrupted");
        await EventuallyCountAsync(1, "attempt = 1 and lease_until is null");
        await Database.ExecuteAsync("update alert.webhooks set enabled = false");
        await FastForwardAsync();

        using var parts = Parts();
        Assert.Empty(await parts.GetRequiredService<DeliveryQueue>()
            .ClaimAsync([], 4, CancellationToken.None));

        await Database.ExecuteAsync("update alert.webhooks set enabled = true");
        await EventuallyCountAsync(1, "attempt = 2 and lease_until is null");
    }

    [Fact]
    public async Task An_attempt_that_is_broken_off_gives_its_delivery_back_uncounted()
    {
        var arrived = new TaskCompletionSource();
        var receiver = Owned(await Receiver.StartAsync(async context =>
        {
            arrived.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }));
        var parts = Parts();
        await parts.GetRequiredService<Alert.Webhooks.WebhookStore>().CreateAsync(
            new Alert.Webhooks.WebhookRequest("w", receiver.Url), Secret, CancellationToken.None);
        await Database.ExecuteAsync("""
            insert into alert.webhook_deliveries (id, webhook_id, event_key, event_type, payload)
            select gen_random_uuid(), id, 'change:1', 'file.corrupted', '{}' from alert.webhooks
            """);
        var claim = Assert.Single(await parts.GetRequiredService<DeliveryQueue>()
            .ClaimAsync([], 4, CancellationToken.None));
        using var stop = new CancellationTokenSource();

        var attempt = parts.GetRequiredService<DeliveryAttempt>().RunAsync(claim, stop.Token);
        await arrived.Task;
        await stop.CancelAsync();
        await attempt;

        Assert.Equal(1, await CountAsync("status = 'pending' and attempt = 0 and lease_until is null"));
    }

    [Fact]
    public async Task A_delivery_can_be_sent_again_by_hand()
    {
        var receiver = Owned(await Receiver.StartAsync());
        var service = Service();
        await AddWebhookAsync(service, receiver.Url);
        await AddChangeAsync("corrupted");
        await EventuallyCountAsync(1, "status = 'delivered'");
        var id = await Database.ScalarAsync<Guid>("select id from alert.webhook_deliveries");
        using var admin = service.CreateClientAs(Roles.Admin);

        Assert.Equal(HttpStatusCode.Accepted, (await admin.PostAsync($"/api/v1/deliveries/{id}/resend", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.PostAsync($"/api/v1/deliveries/{Guid.NewGuid()}/resend", null)).StatusCode);

        await EventuallyAsync(() => Task.FromResult(receiver.Requests.Count == 2), "a second request");
        Assert.Single(receiver.Requests.Select(r => (r.DeliveryId, r.Text)).Distinct());
        await Database.ExecuteAsync("update alert.webhook_deliveries set lease_until = now() + interval '1 hour'");
        Assert.Equal(HttpStatusCode.Conflict, (await admin.PostAsync($"/api/v1/deliveries/{id}/resend", null)).StatusCode);
    }

    [Fact]
    public async Task A_test_says_what_happened()
    {
        var receiver = Owned(await Receiver.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Path == "/hook" ? 200 : 418;
            return context.Response.WriteAsync("so be it");
        }));
        var service = Service();
        using var admin = service.CreateClientAs(Roles.Admin);

        var good = await TestAsync(admin, await AddWebhookAsync(service, receiver.Url));
        var bad = await TestAsync(admin, await AddWebhookAsync(service, receiver.Url + "/teapot"));
        await receiver.DisposeAsync();
        var gone = await TestAsync(admin, await AddWebhookAsync(service, receiver.Url));

        Assert.True(good.GetProperty("delivered").GetBoolean());
        Assert.Equal((200, "so be it"), (good.GetProperty("status").GetInt32(), good.GetProperty("responseBody").GetString()));
        Assert.False(bad.GetProperty("delivered").GetBoolean());
        Assert.Equal(418, bad.GetProperty("status").GetInt32());
        Assert.False(gone.GetProperty("delivered").GetBoolean());
        Assert.Equal(JsonValueKind.Null, gone.GetProperty("status").ValueKind);
        Assert.NotEmpty(gone.GetProperty("error").GetString()!);
        Assert.True(receiver.Requests.TryPeek(out var request));
        AssertSigned(request, Secret);
        Assert.Equal("webhook.test", request.Headers["X-Fixity-Event"]);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.PostAsync("/api/v1/webhooks/9999/test", null)).StatusCode);
    }

    private Task<double> SecondsToNextAsync() => Database.ScalarAsync<double>(
        "select extract(epoch from next_attempt_at - last_attempt_at)::double precision from alert.webhook_deliveries");

    /// <summary>As a receiver would check it, from the documentation alone.</summary>
    private static void AssertSigned(ReceivedRequest request, string secret)
    {
        var timestamp = request.Headers["X-Fixity-Timestamp"];
        Assert.InRange(long.Parse(timestamp), DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 300, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 5);
        var signed = Encoding.UTF8.GetBytes(timestamp + "." + request.Text);
        var expected = Convert.ToHexString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed)).ToLowerInvariant();
        Assert.Equal("sha256=" + expected, request.Headers["X-Signature"]);
    }
}
