using System.Text;

namespace Fixity.ServiceDefaults.Metrics;

/// <summary>Turns an instrument's name and unit into the name that Prometheus expects: <c>fixity.scan.io</c> in <c>By</c>,
/// counted, becomes <c>fixity_scan_io_bytes_total</c>.</summary>
/// <remarks>Source: OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility", metric metadata.</remarks>
internal static class MetricName
{
    /// <param name="unit">UCUM, as instruments have it; null or empty: none.</param>
    public static string Of(string instrument, string? unit, bool isCounter)
    {
        var name = new StringBuilder(instrument.Length + 16);
        AppendWord(name, instrument, ':');
        var suffix = Unit(unit);
        if (suffix.Length > 0 && !EndsWithWord(name, suffix))
        {
            name.Append('_').Append(suffix);
        }

        if (isCounter && !EndsWithWord(name, "total"))
        {
            name.Append("_total");
        }

        return name.ToString();
    }

    /// <summary>A tag's key as a label's name.</summary>
    public static string OfLabel(string key)
    {
        var name = new StringBuilder(key.Length + 1);
        AppendWord(name, key, '_');
        return name.ToString();
    }

    // What is no letter, digit or underscore becomes one underscore; a digit cannot come first.
    private static void AppendWord(StringBuilder to, string word, char alsoAllowed)
    {
        if (word.Length == 0 || char.IsAsciiDigit(word[0]))
        {
            to.Append('_');
        }

        foreach (var c in word)
        {
            if (char.IsAsciiLetterOrDigit(c) || c == alsoAllowed)
            {
                to.Append(c);
            }
            else if (to.Length == 0 || to[^1] != '_')
            {
                to.Append('_');
            }
        }
    }

    private static string Unit(string? unit) => unit switch
    {
        null or "" => "",
        "s" => "seconds",
        "ms" => "milliseconds",
        "By" => "bytes",
        "1" => "ratio",
        _ when unit[0] == '{' => "", // "{file}": what is counted is in the name already.
        _ => OfLabel(unit),
    };

    private static bool EndsWithWord(StringBuilder name, string word)
    {
        var text = name.ToString();
        return text.EndsWith("_" + word, StringComparison.Ordinal);
    }
}
