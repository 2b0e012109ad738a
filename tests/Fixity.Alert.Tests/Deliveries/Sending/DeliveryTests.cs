using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Fixity.Alert.Deliveries.Sending;
using Fixity.ServiceDefaults.Identity;
using Fixity.Testing.Services;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.Alert.Tests.Deliveries.Sending;

[Trait("Category", "Database")]
public sealed class DeliveryTests : AlertTest
{
    [Fact]
    public async Task A_change_reaches_its_receiver_signed_and_byte_for_byte_as_stored()
    {
        var receiver = Owned(await Receiver.StartAsync());
        var service = Service();
        var webhook = await AddWebhookAsync(service, receiver.Url, new { eventIncludes = new[] { "file.corrupted" } });

        await AddChangeAsync("added");
        await AddChangeAsync("corrupted", "märz/ß.tif");
        await EventuallyCountAsync(1, "status = 'delivered'");

        var request = Assert.Single(receiver.Requests);
        Assert.Equal("/hook", request.Path);
        Assert.Equal("application/json", request.Headers["Content-Type"]);
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
        Assert.Equal((0, 0), (health.GetProperty("failuresInARow").GetInt32(), health.GetProperty("pending").GetInt32()));
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
        await EventuallyCountAsync(1, "attempt = 3 and status = 'failed' and next_attempt_at is null and error = 'HTTP 500.'");

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
    [InlineData(410)]
    public async Task A_refusal_is_final(int status)
    {
        var receiver = Owned(await Receiver.StartAsync(status));
        await AddWebhookAsync(Service(), receiver.Url);
        await AddChangeAsync("corrupted");

        await EventuallyCountAsync(1, $"status = 'failed' and attempt = 1 and response_status = {status} and next_attempt_at is null");
        Assert.Single(receiver.Requests);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        var elsewhere = Owned(await Receiver.StartAsync());
        var receiver = Owned(await Receiver.StartAsync(context =>
        {
            context.Response.Redirect(elsewhere.Url, permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        }));
        await AddWebhookAsync(Service(), receiver.Url);
        await AddChangeAsync("corrupted");

        await EventuallyCountAsync(1, "status = 'failed' and response_status = 307");
        Assert.Empty(elsewhere.Requests);
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
    public async Task A_receiver_that_hangs_delays_no_other_and_holds_only_its_own_places()
    {
        var release = new TaskCompletionSource();
        var hanging = Owned(await Receiver.StartAsync(_ => release.Task));
        var well = Owned(await Receiver.StartAsync());
        var service = Service();
        var stuck = await AddWebhookAsync(service, hanging.Url);
        var fine = await AddWebhookAsync(service, well.Url);
        for (var i = 0; i < 20; i++)
        {
            await AddChangeAsync("modified");
        }

        await EventuallyCountAsync(20, $"webhook_id = {fine} and status = 'delivered'");

        Assert.Equal(0, await CountAsync($"webhook_id = {stuck} and status = 'delivered'"));
        Assert.Equal(DeliveryWorker.PerWebhook, await CountAsync($"webhook_id = {stuck} and lease_until > now()"));
        release.SetResult();
        await EventuallyCountAsync(20, $"webhook_id = {stuck} and status = 'delivered'");
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
            .ClaimAsync(new Dictionary<int, int>(), 4, CancellationToken.None));

        await Database.ExecuteAsync("update alert.webhooks set enabled = true");
        await EventuallyCountAsync(1, "attempt = 2 and lease_until is null");
    }

    [Fact]
    public async Task A_private_address_is_refused_without_a_packet_unless_it_is_allowed()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var service = Service(allowPrivate: false);
        foreach (var host in new[] { "127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1" })
        {
            await AddWebhookAsync(service, $"http://{host}:{port}/");
        }

        await AddChangeAsync("corrupted");

        await EventuallyCountAsync(5, "status = 'failed' and attempt = 1 and error like 'blocked: %' and response_status is null");
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task An_answer_that_drips_or_never_ends_is_cut_and_its_status_counts()
    {
        var sent = 0L;
        var receiver = Owned(await Receiver.StartAsync(async context =>
        {
            var chunk = Encoding.ASCII.GetBytes(new string('x', context.Request.Path == "/drip" ? 1 : 16 * 1024));
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                Interlocked.Add(ref sent, chunk.Length);
                await Task.Delay(5, context.RequestAborted);
            }
        }));
        var service = Service();
        var drip = await AddWebhookAsync(service, receiver.Url.Replace("/hook", "/drip", StringComparison.Ordinal), new { timeoutSeconds = 1 });
        var flood = await AddWebhookAsync(service, receiver.Url, new { timeoutSeconds = 60 });
        await AddChangeAsync("corrupted");

        await EventuallyCountAsync(2, "status = 'delivered' and response_status = 200");

        Assert.Equal(ResponseExcerpt.KeptBytes, await Database.ScalarAsync<int>(
            $"select octet_length(response_body) from alert.webhook_deliveries where webhook_id = {flood}"));
        Assert.InRange(await Database.ScalarAsync<int>(
            $"select octet_length(response_body) from alert.webhook_deliveries where webhook_id = {drip}"), 1, 1024);
        Assert.InRange(Interlocked.Read(ref sent), 1, 4 * 1024 * 1024);
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_is_a_failure_that_says_so()
    {
        var receiver = Owned(await Receiver.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted)));
        await AddWebhookAsync(Service(), receiver.Url, new { timeoutSeconds = 1 });
        await AddChangeAsync("corrupted");

        await EventuallyCountAsync(1, "attempt = 1 and lease_until is null and status = 'pending' and error = 'No answer within 1 s.'");
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
            .ClaimAsync(new Dictionary<int, int>(), 4, CancellationToken.None));
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

    [Fact]
    public async Task Neither_secret_nor_url_is_ever_logged()
    {
        var log = new LogCollector();
        var receiver = Owned(await Receiver.StartAsync(500));
        var service = Service(services: s => s.AddSingleton<Microsoft.Extensions.Logging.ILoggerProvider>(log), logLevel: "Trace");
        var id = await AddWebhookAsync(service, receiver.Url + "/T0KEN", new { retryAttempts = 2, retryBackoffSeconds = 1 });
        using var admin = service.CreateClientAs(Roles.Admin);
        await TestAsync(admin, id);
        await AddChangeAsync("corrupted");
        await EventuallyCountAsync(1, "status = 'failed'");
        await admin.PutAsJsonAsync($"/api/v1/webhooks/{id}", new { name = "x", url = "ftp://T0KEN/", secret = Secret });

        Assert.Contains(log.Lines, line => line.Contains("given up", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Contains(Secret, StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Contains("T0KEN", StringComparison.Ordinal));
    }

    private static async Task<JsonElement> TestAsync(HttpClient admin, int webhook)
    {
        using var response = await admin.PostAsync($"/api/v1/webhooks/{webhook}/test", null);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
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
