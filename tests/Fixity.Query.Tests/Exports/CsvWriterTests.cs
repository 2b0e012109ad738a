using System.Buffers;
using System.Text;
using Fixity.Query.Exports;

namespace Fixity.Query.Tests.Exports;

public sealed class CsvWriterTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("caf\u00e9 \U0001F600", "caf\u00e9 \U0001F600")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"hi\"\"", "\"say \"\"hi\"\"\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("a\rb", "\"a\rb\"")]
    [InlineData("", "\"\"")]
    [InlineData(null, "")]
    [InlineData("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@sum", "'@sum")]
    [InlineData("\tx", "'\tx")]
    [InlineData("\rx", "\"'\rx\"")]
    [InlineData("\nx", "\"'\nx\"")]
    [InlineData("'x", "''x")]
    [InlineData("a=b", "a=b")]
    public void Text_is_quoted_where_it_must_be_and_never_a_formula(string? text, string expected) =>
        Assert.Equal(expected + "\r\n", Write(csv => csv.Text(text)));

    [Fact]
    public void Numbers_and_times_are_left_as_they_are()
    {
        var line = Write(csv =>
        {
            csv.Number(-5);
            csv.Number(long.MinValue);
            csv.Number(null);
            csv.Time(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 600, TimeSpan.FromHours(1)));
            csv.Time(null);
        });

        Assert.Equal("-5,-9223372036854775808,,2026-01-02T02:04:05.6Z,\r\n", line);
    }

    private static string Write(Action<CsvWriter> write)
    {
        var output = new ArrayBufferWriter<byte>();
        var csv = new CsvWriter(output);
        write(csv);
        csv.EndRow();
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
