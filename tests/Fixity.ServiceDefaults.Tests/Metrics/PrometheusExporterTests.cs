using System.Diagnostics.Metrics;
using Fixity.ServiceDefaults.Metrics;
using Fixity.Testing.Metrics;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Fixity.ServiceDefaults.Tests.Metrics;

public sealed class PrometheusExporterTests : IDisposable
{
    private readonly Meter _meter = new($"test.{Guid.NewGuid():N}");
    private readonly PrometheusExporter _exporter = new();
    private readonly MeterProvider _provider;

    public PrometheusExporterTests() => _provider = Sdk.CreateMeterProviderBuilder()
        .AddMeter(_meter.Name).AddReader(new BaseExportingMetricReader(_exporter)).Build();

    public void Dispose()
    {
        _provider.Dispose();
        _exporter.Dispose();
        _meter.Dispose();
    }

    [PromtoolFact]
    public async Task Every_kind_of_instrument_is_written_as_prometheus_reads_it()
    {
        var counter = _meter.CreateCounter<long>("things", "{thing}", "Things with a \\ and\na line.");
        counter.Add(2, new KeyValuePair<string, object?>("kind", "a\"b\\c\nd"));
        counter.Add(3, new KeyValuePair<string, object?>("kind", "plain"));
        _meter.CreateUpDownCounter<int>("open", "{thing}", "Open ones.").Add(-4);
        _meter.CreateObservableGauge("free", () => 0.25, "1", "Free part.");
        _meter.CreateObservableGauge("held_total", () => 7L, "{thing}", "A figure by a counter's name.");
        var waits = _meter.CreateHistogram<double>(
            "wait", "s", "Waits.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1] });
        waits.Record(0.25);
        waits.Record(0.75);
        waits.Record(20);

        var text = Write();

        Assert.Equal("""
            # HELP free_ratio Free part.
            # TYPE free_ratio gauge
            free_ratio 0.25
            # HELP held_total A figure by a counter's name.
            # TYPE held_total untyped
            held_total 7
            # HELP open Open ones.
            # TYPE open gauge
            open -4
            # HELP things_total Things with a \\ and\na line.
            # TYPE things_total counter
            things_total{kind="a\"b\\c\nd"} 2
            things_total{kind="plain"} 3
            # HELP wait_seconds Waits.
            # TYPE wait_seconds histogram
            wait_seconds_bucket{le="0.5"} 1
            wait_seconds_bucket{le="1"} 2
            wait_seconds_bucket{le="+Inf"} 3
            wait_seconds_sum 21
            wait_seconds_count 3

            """, text);
        await Promtool.CheckMetricsAsync(text);
    }

    [Fact]
    public void A_second_look_has_what_came_since_on_top()
    {
        var counter = _meter.CreateCounter<long>("again", null, "Again.");
        counter.Add(1);
        Write();
        counter.Add(1);

        Assert.Contains("again_total 2\n", Write(), StringComparison.Ordinal);
    }

    [Fact]
    public void One_name_of_two_meters_is_one_family()
    {
        using var other = new Meter(_meter.Name, "2");
        _meter.CreateCounter<long>("shared", null, "Shared.").Add(1, new KeyValuePair<string, object?>("from", "one"));
        other.CreateCounter<long>("shared", null, "Shared.").Add(1, new KeyValuePair<string, object?>("from", "two"));

        var text = Write();

        Assert.Single(text.Split('\n'), "# TYPE shared_total counter");
        Assert.Contains("shared_total{from=\"one\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("shared_total{from=\"two\"} 1\n", text, StringComparison.Ordinal);
    }

    private string Write() => _exporter.Write(TimeSpan.FromSeconds(10)) ?? throw new InvalidOperationException("nothing");
}
