using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fixity.Gateway.Audit;

/// <summary>Writes entries as they come, as CSV or as JSON lines: memory does not grow with their number.</summary>
internal static class AuditExport
{
    private const int FlushBytes = 64 * 1024;

    // What a spreadsheet takes for the beginning of a formula.
    private static readonly SearchValues<char> FormulaStarts = SearchValues.Create("=+-@\t\r");
    private static readonly SearchValues<char> Quoted = SearchValues.Create("\",\r\n");

    private static readonly JsonSerializerOptions Lines = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    };

    public static async Task WriteCsvAsync(
        Stream body, IAsyncEnumerable<StoredEntry> entries, CancellationToken cancellation)
    {
        var text = new StringBuilder("id,at,actor,action,object,address,correlationId,details,hash\r\n");
        await foreach (var entry in entries.WithCancellation(cancellation))
        {
            AppendCsv(text, entry);
            if (text.Length >= FlushBytes)
            {
                await FlushAsync(body, text, cancellation);
            }
        }

        await FlushAsync(body, text, cancellation);
    }

    public static async Task WriteLinesAsync(
        Stream body, IAsyncEnumerable<StoredEntry> entries, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        await foreach (var entry in entries.WithCancellation(cancellation))
        {
            text.Append(JsonSerializer.Serialize(AuditQueries.EntryOf(entry), Lines)).Append('\n');
            if (text.Length >= FlushBytes)
            {
                await FlushAsync(body, text, cancellation);
            }
        }

        await FlushAsync(body, text, cancellation);
    }

    internal static string Cell(string value)
    {
        // An apostrophe in front keeps a spreadsheet from working out what somebody chose as his name.
        var inert = value.Length > 0 && FormulaStarts.Contains(value[0]) ? "'" + value : value;
        return inert.AsSpan().ContainsAny(Quoted) ? $"\"{inert.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : inert;
    }

    private static void AppendCsv(StringBuilder text, StoredEntry entry)
    {
        text.Append(CultureInfo.InvariantCulture, $"{entry.Id},{entry.At.UtcDateTime:O},");
        foreach (var value in (ReadOnlySpan<string?>)[
            entry.Actor, entry.Action, entry.Object, entry.Address, entry.CorrelationId, entry.Details])
        {
            text.Append(Cell(value ?? "")).Append(',');
        }

        text.Append(Convert.ToHexStringLower(entry.Hash)).Append("\r\n");
    }

    private static async Task FlushAsync(Stream body, StringBuilder text, CancellationToken cancellation)
    {
        await body.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellation);
        await body.FlushAsync(cancellation);
        text.Clear();
    }
}
