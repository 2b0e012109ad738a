using Fixity.Testing.Metrics;

namespace Fixity.Alert.Tests;

public sealed class MetricsTests : AlertTest
{
    [PromtoolFact]
    public async Task What_the_service_measures_is_what_prometheus_reads()
    {
        await using var receiver = await Receiver.StartAsync();
        var service = Service();
        await AddWebhookAsync(service, receiver.Url, new { name = "chat \"ops\"" });
        await AddChangeAsync("deleted");
        using var anybody = service.CreateClient();
        var text = "";
        await EventuallyAsync(
            async () =>
            {
                text = await anybody.GetStringAsync(new Uri("/metrics", UriKind.Relative));
                return text.Contains(
                    """fixity_webhook_deliveries_total{status="success",webhook="chat \"ops\""} 1""", StringComparison.Ordinal);
            },
            // A first attempt that a busy machine failed is made again after a minute.
            "a delivery is counted",
            seconds: 120);

        Assert.Contains("# TYPE fixity_webhook_deliveries_total counter\n", text, StringComparison.Ordinal);
        Assert.Contains("fixity_database_queries_total{operation=\"insert\"} ", text, StringComparison.Ordinal);
        await Promtool.CheckMetricsAsync(text);
    }
}
