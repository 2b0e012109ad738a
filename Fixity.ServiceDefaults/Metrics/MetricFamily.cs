using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Fixity.ServiceDefaults.Metrics;

/// <summary>One name with all its series, written as Prometheus' text format 0.0.4 has it.</summary>
internal static class MetricFamily
{
    /// <param name="metrics">Those that go by this name: of several meters, with other tags.</param>
    public static void Write(StringBuilder to, string name, IReadOnlyList<Metric> metrics)
    {
        var kind = Kind(metrics[0], name);
        if (metrics[0].Description is { Length: > 0 } description)
        {
            to.Append("# HELP ").Append(name).Append(' ');
            AppendEscaped(to, description, quotes: false);
            to.Append('\n');
        }

        to.Append("# TYPE ").Append(name).Append(' ').Append(kind).Append('\n');
        foreach (var metric in metrics)
        {
            foreach (ref readonly var point in metric.GetMetricPoints())
            {
                WritePoint(to, name, metric, in point);
            }
        }
    }

    public static bool IsCounter(Metric metric) => metric.MetricType is MetricType.LongSum or MetricType.DoubleSum;

    private static string Kind(Metric metric, string name) => metric.MetricType switch
    {
        MetricType.LongSum or MetricType.DoubleSum => "counter",
        MetricType.Histogram => "histogram",
        _ => IsReserved(name) ? "untyped" : "gauge",
    };

    // A figure that carries the name of a part of a counter, a histogram or a summary has no type of Prometheus' own.
    private static bool IsReserved(string name)
    {
        foreach (var ending in (ReadOnlySpan<string>)["_total", "_count", "_sum", "_bucket", "_age_seconds"])
        {
            if (name.EndsWith(ending, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static void WritePoint(StringBuilder to, string name, Metric metric, in MetricPoint point)
    {
        switch (metric.MetricType)
        {
            case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                WriteSample(to, name, point.Tags, null, point.GetSumLong());
                break;
            case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                WriteSample(to, name, point.Tags, null, point.GetSumDouble());
                break;
            case MetricType.LongGauge:
                WriteSample(to, name, point.Tags, null, point.GetGaugeLastValueLong());
                break;
            case MetricType.DoubleGauge:
                WriteSample(to, name, point.Tags, null, point.GetGaugeLastValueDouble());
                break;
            case MetricType.Histogram:
                WriteHistogram(to, name, in point);
                break;
            default:
                throw new NotSupportedException($"{name} is a {metric.MetricType}, which no instrument of ours is.");
        }
    }

    private static void WriteHistogram(StringBuilder to, string name, in MetricPoint point)
    {
        var upTo = 0L;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            upTo += bucket.BucketCount;
            WriteSample(to, name + "_bucket", point.Tags, bucket.ExplicitBound, upTo);
        }

        WriteSample(to, name + "_sum", point.Tags, null, point.GetHistogramSum());
        WriteSample(to, name + "_count", point.Tags, null, point.GetHistogramCount());
    }

    private static void WriteSample(
        StringBuilder to, string name, ReadOnlyTagCollection tags, double? bound, double value)
    {
        to.Append(name);
        var separator = '{';
        foreach (var (key, tag) in tags)
        {
            to.Append(separator).Append(MetricName.OfLabel(key)).Append("=\"");
            AppendEscaped(to, Convert.ToString(tag, CultureInfo.InvariantCulture) ?? "", quotes: true);
            to.Append('"');
            separator = ',';
        }

        if (bound is { } le)
        {
            to.Append(separator).Append("le=\"").Append(Text(le)).Append('"');
            separator = ',';
        }

        to.Append(separator == '{' ? " " : "} ").Append(Text(value)).Append('\n');
    }

    private static string Text(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static void AppendEscaped(StringBuilder to, string text, bool quotes)
    {
        foreach (var c in text)
        {
            _ = c switch
            {
                '\\' => to.Append("\\\\"),
                '\n' => to.Append("\\n"),
                '"' when quotes => to.Append("\\\""),
                _ => to.Append(c),
            };
        }
    }
}
