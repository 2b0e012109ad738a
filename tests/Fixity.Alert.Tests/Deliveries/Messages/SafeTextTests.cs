using System.Text;
using Fixity.Alert.Deliveries.Messages;

namespace Fixity.Alert.Tests.Deliveries.Messages;

public sealed class SafeTextTests
{
    [Theory]
    [InlineData("a/Schöne Grüße 漢字 😀.txt", "a/Schöne Grüße 漢字 😀.txt")]
    [InlineData("a\r\nb", "a\\u{D}\\u{A}b")]
    [InlineData("x\u202Egpj.exe", "x\\u{202E}gpj.exe")]
    [InlineData("a\u00A0b", "a\\u{A0}b")]
    [InlineData("tag\U000E0041", "tag\\u{E0041}")]
    public void What_acts_is_spelled_and_the_rest_stays(string text, string expected) =>
        Assert.Equal(expected, SafeText.Line(text));

    [Fact]
    public void A_long_path_keeps_its_beginning_and_the_name_of_its_file()
    {
        var path = "photos/" + string.Concat(Enumerable.Repeat("folder/", 100)) + "the name.jpg";

        var shortened = SafeText.Path(path, 60);

        Assert.Equal(60, shortened.Length);
        Assert.StartsWith("photos/", shortened, StringComparison.Ordinal);
        Assert.EndsWith("/the name.jpg", shortened, StringComparison.Ordinal);
    }

    [Fact]
    public void No_cut_leaves_half_a_character()
    {
        var text = string.Concat(Enumerable.Repeat("😀", 50));

        for (var most = 4; most < 100; most++)
        {
            foreach (var cut in new[] { SafeText.Cut(text, most), SafeText.Path(text, most) })
            {
                Assert.True(cut.Length <= most);
                Assert.DoesNotContain(cut.EnumerateRunes(), rune => rune == Rune.ReplacementChar);
            }

            Assert.True(Encoding.UTF8.GetByteCount(SafeText.CutBytes(text, most)) <= most);
        }
    }

    [Fact]
    public void A_list_says_how_many_it_leaves_out()
    {
        var lines = Enumerable.Range(0, 10).Select(i => $"line {i}").ToList();

        Assert.Equal(lines, FittedLines.Of(lines, 10, 1000, 20, line => line.Length));
        Assert.Equal([.. lines.Take(3), "… and 9,997 more"], FittedLines.Of(lines, 10_000, 1000, 3, line => line.Length));
        Assert.Equal(["line 0", "line 1", "… and 8 more"], FittedLines.Of(lines, 10, 60 + 12, 20, line => line.Length));
        Assert.Equal(["line 0"], FittedLines.Of(["line 0"], 1, 6, 20, line => line.Length));
    }
}
