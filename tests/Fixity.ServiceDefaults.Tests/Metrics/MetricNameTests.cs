using Fixity.ServiceDefaults.Metrics;

namespace Fixity.ServiceDefaults.Tests.Metrics;

public sealed class MetricNameTests
{
    [Theory]
    [InlineData("fixity.webhook.deliveries", "{delivery}", true, "fixity_webhook_deliveries_total")]
    [InlineData("fixity.scanner.io", "By", true, "fixity_scanner_io_bytes_total")]
    [InlineData("fixity.scan.duration", "s", false, "fixity_scan_duration_seconds")]
    [InlineData("fixity.files_total", "{file}", false, "fixity_files_total")]
    [InlineData("dotnet.process.cpu.time", "s", true, "dotnet_process_cpu_time_seconds_total")]
    [InlineData("wait_seconds", "s", false, "wait_seconds")]
    [InlineData("db-pool..usage", "1", false, "db_pool_usage_ratio")]
    [InlineData("2xx", null, true, "_2xx_total")]
    public void A_name_says_what_is_counted_and_in_what(string instrument, string? unit, bool isCounter, string name) =>
        Assert.Equal(name, MetricName.Of(instrument, unit, isCounter));
}
