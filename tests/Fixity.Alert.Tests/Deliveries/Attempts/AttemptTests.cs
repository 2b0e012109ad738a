using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Fixity.Alert.Deliveries.Sending;
using Fixity.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http;

namespace Fixity.Alert.Tests.Deliveries.Attempts;

[Trait("Category", "Database")]
public sealed class AttemptTests : AlertTest
{
    [Fact]
    public async Task The_last_fifty_attempts_of_a_webhook_are_kept_with_what_its_receiver_said()
    {
        var calls = 0;
        var receiver = Owned(await Receiver.StartAsync(context =>
        {
            context.Response.StatusCode = Interlocked.Increment(ref calls) == 60 ? 400 : 200;
            return context.Response.WriteAsync(new string('x', 5000));
        }));
        var service = Service();
        var webhook = await AddWebhookAsync(service, receiver.Url);
        var other = await AddWebhookAsync(service, receiver.Url);
        await AddDeliveriesAsync(other, 1, 1);
        await EventuallyCountAsync(1, "status = 'delivered'");
        await AddDeliveriesAsync(webhook, 1, 59);
        await EventuallyCountAsync(59, $"webhook_id = {webhook} and status in ('delivered', 'failed')");

        Assert.Equal(AttemptStore.KeptPerWebhook, await Database.ScalarAsync<long>(
            $"select count(*) from alert.delivery_attempts where webhook_id = {webhook}"));
        using var admin = service.CreateClientAs(Roles.Admin);
        var attempts = (await admin.GetFromJsonAsync<JsonElement>($"/api/v1/webhooks/{webhook}/attempts")).GetProperty("items");
        Assert.Equal(AttemptStore.KeptPerWebhook, attempts.GetArrayLength());
        var (latest, before) = (attempts[0], attempts[1]);
        Assert.Equal(
            ("failed", 400, "HTTP 400: the receiver refused it.", 1, "file.modified"),
            (latest.GetProperty("outcome").GetString(), latest.GetProperty("responseStatus").GetInt32(),
                latest.GetProperty("error").GetString(), latest.GetProperty("attempt").GetInt32(),
                latest.GetProperty("eventType").GetString()));
        Assert.Equal(("delivered", JsonValueKind.Null), (before.GetProperty("outcome").GetString(), before.GetProperty("error").ValueKind));
        Assert.Equal(2048, latest.GetProperty("responseBody").GetString()!.Length);
        Assert.InRange(latest.GetProperty("durationMs").GetInt32(), 0, 30_000);
        Assert.True(latest.GetProperty("id").GetInt64() > before.GetProperty("id").GetInt64());

        using var viewer = service.CreateClientAs(Roles.Viewer);
        Assert.All(
            (await viewer.GetFromJsonAsync<JsonElement>($"/api/v1/webhooks/{webhook}/attempts")).GetProperty("items").EnumerateArray(),
            attempt => Assert.Equal(JsonValueKind.Null, attempt.GetProperty("responseBody").ValueKind));
        Assert.Equal(1, (await viewer.GetFromJsonAsync<JsonElement>($"/api/v1/webhooks/{other}/attempts")).GetProperty("items").GetArrayLength());
        Assert.Equal(HttpStatusCode.NotFound, (await viewer.GetAsync("/api/v1/webhooks/9999/attempts")).StatusCode);
    }

    [Fact]
    public async Task A_failed_delivery_that_is_sent_again_by_hand_has_all_its_attempts_and_each_is_noted()
    {
        var receiver = Owned(await Receiver.StartAsync(500));
        var service = Service();
        var webhook = await AddWebhookAsync(service, receiver.Url, new { retryAttempts = 1 });
        await AddDeliveriesAsync(webhook, 1, 1);
        await EventuallyCountAsync(1, "status = 'failed' and failure = 'gave_up'");
        var id = await Database.ScalarAsync<Guid>("select id from alert.webhook_deliveries");
        using var admin = service.CreateClientAs(Roles.Admin);

        (await admin.PostAsync($"/api/v1/deliveries/{id}/resend", null)).EnsureSuccessStatusCode();

        await EventuallyAsync(
            async () => await Database.ScalarAsync<long>("select count(*) from alert.delivery_attempts where outcome = 'failed' and attempt = 1") == 2,
            "two attempts");
        Assert.Equal(2, receiver.Requests.Count);
        Assert.Equal([id], receiver.Requests.Select(request => request.DeliveryId).Distinct());
    }

    [Fact]
    public async Task Of_a_webhook_that_is_switched_off_nothing_is_promised_to_be_sent_again()
    {
        var service = Service();
        var webhook = await AddWebhookAsync(service, "http://127.0.0.1:9/", new { enabled = false });
        await AddDeliveriesAsync(webhook, 1, 1);
        await Database.ExecuteAsync("update alert.webhook_deliveries set status = 'failed', failure = 'gone', next_attempt_at = null");
        var id = await Database.ScalarAsync<Guid>("select id from alert.webhook_deliveries");
        using var admin = service.CreateClientAs(Roles.Admin);

        using var refused = await admin.PostAsync($"/api/v1/deliveries/{id}/resend", null);
        using var unknown = await admin.PostAsync($"/api/v1/deliveries/{Guid.NewGuid()}/resend", null);

        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.NotFound), (refused.StatusCode, unknown.StatusCode));
        Assert.Contains("enable its webhook first", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(1, await CountAsync("status = 'failed'"));
    }
}
