using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Fixity.ServiceDefaults.Identity;
using Npgsql;

namespace Fixity.Alert.Tests.Webhooks;

/// <summary>Whoever looks at a page learns how a webhook stands without asking again and again.</summary>
[Trait("Category", "Database")]
public sealed class WebhookNewsTests : AlertTest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Each_turn_of_a_webhook_is_told_and_nothing_in_between()
    {
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        var said = Channel.CreateUnbounded<string>();
        connection.Notification += (_, notice) => said.Writer.TryWrite(notice.Payload);
        await using (var listen = new NpgsqlCommand("listen fixity_progress", connection))
        {
            await listen.ExecuteNonQueryAsync();
        }

        var status = 400;
        var receiver = Owned(await Receiver.StartAsync(context =>
        {
            context.Response.StatusCode = Volatile.Read(ref status);
            return Task.CompletedTask;
        }));
        var service = Service();
        using var admin = service.CreateClientAs(Roles.Admin);

        var webhook = await AddWebhookAsync(service, receiver.Url);
        await AssertSaidAsync("active");

        await AddDeliveriesAsync(webhook, 1, 3, 1);
        await EventuallyCountAsync(3, $"webhook_id = {webhook} and status = 'failed'");
        await AssertSaidAsync("failing");

        Volatile.Write(ref status, 200);
        await AddDeliveriesAsync(webhook, 1, 3, 4);
        await EventuallyCountAsync(3, $"webhook_id = {webhook} and status = 'delivered'");
        await AssertSaidAsync("active");

        Volatile.Write(ref status, 410);
        await AddDeliveriesAsync(webhook, 1, 1, 7);
        await AssertSaidAsync("disabled");

        (await admin.PutAsJsonAsync($"/api/v1/webhooks/{webhook}", new { name = "back", url = receiver.Url })).EnsureSuccessStatusCode();
        // Its last attempt was not delivered.
        await AssertSaidAsync("failing");

        (await admin.DeleteAsync($"/api/v1/webhooks/{webhook}")).EnsureSuccessStatusCode();
        await AssertSaidAsync("deleted");
        Assert.False(said.Reader.TryRead(out _));

        async Task AssertSaidAsync(string state)
        {
            using var limit = new CancellationTokenSource(Patience);
            while (!said.Reader.TryPeek(out _))
            {
                await connection.WaitAsync(limit.Token);
            }

            Assert.True(said.Reader.TryRead(out var payload));
            var notice = JsonNode.Parse(payload)!;
            Assert.Equal(("webhook", webhook, state), ((string?)notice["kind"], (int)notice["webhookId"]!, (string?)notice["state"]));
        }
    }
}
