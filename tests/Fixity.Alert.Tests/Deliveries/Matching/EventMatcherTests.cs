using System.Net;

namespace Fixity.Alert.Tests.Deliveries.Matching;

[Trait("Category", "Database")]
public sealed class EventMatcherTests : AlertTest
{
    [Fact]
    public async Task An_event_that_this_version_cannot_read_waits_for_one_that_can_and_everything_else_goes_on()
    {
        var receiver = Owned(await Receiver.StartAsync());
        var service = Service(logLevel: "None");
        var webhook = await AddWebhookAsync(service, receiver.Url);
        // As a newer scanner may write while this replica is still of the version before.
        await Database.ExecuteAsync("alter table scanner.change_events drop constraint change_events_type_check");
        var odd = await AddChangeAsync("burnt");
        await AddChangeAsync("deleted");
        await AddTargetEventAsync("target.offline");
        await AddDeliveriesAsync(webhook, 1, 1);

        await EventuallyCountAsync(1, "event_type = 'target.offline' and status = 'delivered'");
        await EventuallyCountAsync(1, "event_key = 'made:1:0' and status = 'delivered'");
        using var anybody = service.CreateClient();
        Assert.Equal(HttpStatusCode.OK, (await anybody.GetAsync("/healthz")).StatusCode);
        Assert.Equal(0, await CountAsync("event_type = 'file.deleted'"));

        await Database.ExecuteAsync($"update scanner.change_events set type = 'modified' where id = {odd}");
        await EventuallyCountAsync(1, "event_type = 'file.modified' and event_key like 'change:%' and status = 'delivered'");
        await EventuallyCountAsync(1, "event_type = 'file.deleted' and status = 'delivered'");
    }
}
