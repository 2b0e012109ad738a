using System.Net.Http.Json;
using System.Text.Json;
using Fixity.ServiceDefaults.Identity;

namespace Fixity.Alert.Tests.Deliveries.Sending;

[Trait("Category", "Database")]
public sealed class GoneReceiverTests : AlertTest
{
    [Fact]
    public async Task HTTP_410_disables_the_webhook_and_says_so_and_a_person_can_bring_it_back()
    {
        var status = 410;
        var receiver = Owned(await Receiver.StartAsync(context =>
        {
            context.Response.StatusCode = Volatile.Read(ref status);
            return Task.CompletedTask;
        }));
        var service = Service();
        var webhook = await AddWebhookAsync(service, receiver.Url);
        var other = await AddWebhookAsync(service, receiver.Url + "/other", new { enabled = false });
        await AddDeliveriesAsync(webhook, 1, 5);
        await AddDeliveriesAsync(other, 1, 1);

        await EventuallyCountAsync(5, $"webhook_id = {webhook} and status = 'failed' and failure = 'gone' and next_attempt_at is null");

        Assert.Single(receiver.Requests);
        Assert.Equal(1, await CountAsync($"webhook_id = {other} and status = 'pending'"));
        using var admin = service.CreateClientAs(Roles.Admin);
        var shown = await admin.GetFromJsonAsync<JsonElement>($"/api/v1/webhooks/{webhook}");
        Assert.False(shown.GetProperty("enabled").GetBoolean());
        Assert.Equal(JsonValueKind.String, shown.GetProperty("disabledAt").ValueKind);
        Assert.Contains("410", shown.GetProperty("disabledReason").GetString(), StringComparison.Ordinal);

        Volatile.Write(ref status, 200);
        (await admin.PutAsJsonAsync($"/api/v1/webhooks/{webhook}", new { name = "back", url = receiver.Url })).EnsureSuccessStatusCode();
        var id = await Database.ScalarAsync<Guid>($"select id from alert.webhook_deliveries where webhook_id = {webhook} order by sequence limit 1");
        (await admin.PostAsync($"/api/v1/deliveries/{id}/resend", null)).EnsureSuccessStatusCode();

        await EventuallyCountAsync(1, $"id = '{id}' and status = 'delivered' and failure is null and error is null");
        Assert.Equal(JsonValueKind.Null, (await admin.GetFromJsonAsync<JsonElement>($"/api/v1/webhooks/{webhook}")).GetProperty("disabledAt").ValueKind);
    }
}
