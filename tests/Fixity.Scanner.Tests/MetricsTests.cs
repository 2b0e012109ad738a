using Fixity.Testing.Metrics;
using Fixity.Testing.Postgres;
using Fixity.Testing.Services;

namespace Fixity.Scanner.Tests;

public sealed class MetricsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [PromtoolFact]
    public async Task What_the_service_measures_of_a_scan_is_what_prometheus_reads_and_names_no_file()
    {
        using var tree = await WatchedTree.CreateAsync(database, 4);
        await using var service = new ServiceApplication<Program>(
            database.ConnectionString, new Dictionary<string, string?> { ["Scanner:PollInterval"] = "00:00:00.1" });
        using var anybody = service.CreateClient();

        await tree.ScanAsync();
        var text = await anybody.GetStringAsync(new Uri("/metrics", UriKind.Relative));

        foreach (var family in (string[])
            [
                "fixity_scan_segment_duration_seconds histogram", "fixity_scanner_files_total counter",
                "fixity_scanner_io_bytes_total counter", "fixity_storage_calls_total counter",
                "fixity_database_queries_total counter", "dotnet_gc_collections_total counter",
            ])
        {
            Assert.Contains($"# TYPE {family}\n", text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(WatchedTree.NameOf(1), text, StringComparison.Ordinal);
        Assert.DoesNotContain(tree.Root, text, StringComparison.Ordinal);
        await Promtool.CheckMetricsAsync(text);
    }
}
