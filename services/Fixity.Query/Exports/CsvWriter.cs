using System.Buffers;
using System.Globalization;
using System.Text;

namespace Fixity.Query.Exports;

/// <summary>Writes RFC 4180 in UTF-8, safe to open in a spreadsheet.</summary>
/// <remarks>
/// Text that a spreadsheet would run as a formula gets an apostrophe in front; so does text that begins with one, so that
/// whoever takes one apostrophe off each text that has it gets exactly what was there. Numbers and times stay as they are.
/// </remarks>
internal sealed class CsvWriter(IBufferWriter<byte> output)
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create("\",\r\n");

    // What spreadsheets take for the beginning of a formula, or skip before one.
    private static readonly SearchValues<char> Guarded = SearchValues.Create("=+-@\t\r\n'");

    private bool _isFirst = true;

    /// <summary>Null is an empty cell, an empty text an empty pair of quotes.</summary>
    public void Text(string? value)
    {
        Separate();
        if (value is null)
        {
            return;
        }

        var guard = value.Length > 0 && Guarded.Contains(value[0]);
        var quote = value.Length == 0 || value.AsSpan().ContainsAny(Quoted);
        if (quote)
        {
            output.Write("\""u8);
        }

        if (guard)
        {
            output.Write("'"u8);
        }

        if (quote)
        {
            WriteDoubled(value);
            output.Write("\""u8);
        }
        else
        {
            Encoding.UTF8.GetBytes(value, output);
        }
    }

    public void Number(long? value)
    {
        Separate();
        if (value is { } number)
        {
            var room = output.GetSpan(20);
            number.TryFormat(room, out var written, default, CultureInfo.InvariantCulture);
            output.Advance(written);
        }
    }

    /// <summary>RFC 3339 in UTC, as in JSON.</summary>
    public void Time(DateTimeOffset? value)
    {
        Separate();
        if (value is { } time)
        {
            Encoding.UTF8.GetBytes(
                time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture), output);
        }
    }

    public void EndRow()
    {
        output.Write("\r\n"u8);
        _isFirst = true;
    }

    private void Separate()
    {
        if (!_isFirst)
        {
            output.Write(","u8);
        }

        _isFirst = false;
    }

    private void WriteDoubled(ReadOnlySpan<char> value)
    {
        while (value.IndexOf('"') is >= 0 and var quote)
        {
            Encoding.UTF8.GetBytes(value[..(quote + 1)], output);
            output.Write("\""u8);
            value = value[(quote + 1)..];
        }

        Encoding.UTF8.GetBytes(value, output);
    }
}

/// <summary>A column of an export: its name, and how the cell of a row is written.</summary>
internal sealed record CsvColumn<T>(string Name, Action<CsvWriter, T> Write);
