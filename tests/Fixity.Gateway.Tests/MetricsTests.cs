using Fixity.Testing.Metrics;
using Fixity.Testing.Postgres;

namespace Fixity.Gateway.Tests;

/// <summary>In a process of its own: a port more is Kestrel's to open, which a test's server has no say in.</summary>
public sealed class MetricsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [PromtoolFact]
    public async Task What_the_gateway_measures_is_what_prometheus_reads_on_the_inner_port_alone()
    {
        var inner = $"http://127.0.0.1:{GatewayProcess.FreePort()}";
        await using var gateway = await GatewayProcess.StartAsync(
            database.ConnectionString, new Dictionary<string, string> { ["Gateway__MetricsUrl"] = inner });
        using var client = new HttpClient();

        var text = await client.GetStringAsync(new Uri(inner + "/metrics"));
        using var outside = await client.GetAsync(new Uri(gateway.Address, "/metrics"));

        Assert.Contains("# TYPE http_server_request_duration_seconds histogram\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE fixity_database_queries_total counter\n", text, StringComparison.Ordinal);
        await Promtool.CheckMetricsAsync(text);
        Assert.DoesNotContain("# TYPE", await outside.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
