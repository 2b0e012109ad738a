using Fixity.Testing.Metrics;

namespace Fixity.Query.Tests;

public sealed class MetricsTests(RunningQuery query) : IClassFixture<RunningQuery>
{
    [PromtoolFact]
    public async Task What_the_service_measures_is_what_prometheus_reads()
    {
        await query.GetAsync("/targets");

        var text = await query.Stranger.GetStringAsync(new Uri("/metrics", UriKind.Relative));

        foreach (var family in (string[])
            [
                "http_server_request_duration_seconds histogram", "db_client_connection_count untyped",
                "dotnet_gc_collections_total counter", "fixity_database_queries_total counter",
            ])
        {
            Assert.Contains($"# TYPE {family}\n", text, StringComparison.Ordinal);
        }

        Assert.Contains("fixity_database_queries_total{operation=\"select\"} ", text, StringComparison.Ordinal);
        await Promtool.CheckMetricsAsync(text);
    }
}
