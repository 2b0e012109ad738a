using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Fixity.Core.Tests;

public sealed class FilePathTests
{
    private static readonly Gen<byte[]> Names =
        Gen.Frequency(
            (3, Gen.Choose(1, 255).Select(value => (byte)value)),
            (1, Gen.Elements("\\x/ab"u8.ToArray())),
            (1, Gen.Elements((byte)0xC3, (byte)0xA9, (byte)0xE2, (byte)0x82, (byte)0xAC, (byte)0xF0, (byte)0x9F)))
        .ArrayOf();

    [Fact]
    public void Every_name_comes_back_byte_for_byte_through_text() =>
        Prop.ForAll(Names.ToArbitrary(), raw =>
        {
            var text = FilePath.FromRaw(raw).ToString();
            return FilePath.FromEscaped(text).ToRaw().AsSpan().SequenceEqual(raw);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_escaping_writes_is_valid_UTF_8_and_canonical() =>
        Prop.ForAll(Names.ToArbitrary(), raw =>
        {
            var escaped = PathEscape.Escape(raw);
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(escaped);
            return PathEscape.IsCanonical(escaped);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Valid_UTF_8_without_a_backslash_is_not_touched() =>
        Prop.ForAll(ArbMap.Default.GeneratorFor<NonNull<string>>().ToArbitrary(), text =>
        {
            var clean = new string([.. text.Get.Where(c => c != '\\' && !char.IsSurrogate(c))]);
            return FilePath.FromRaw(Encoding.UTF8.GetBytes(clean)).ToString() == clean;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Two_names_never_share_a_spelling() =>
        Prop.ForAll(Names.ToArbitrary(), Names.ToArbitrary(), (one, other) =>
            one.AsSpan().SequenceEqual(other) == (FilePath.FromRaw(one) == FilePath.FromRaw(other)))
        .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(new byte[] { 0xFF }, "\\xff")]
    [InlineData(new byte[] { 0xC3, 0x28 }, "\\xc3(")]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 }, "\\xed\\xa0\\x80")] // half a surrogate pair: PostgreSQL refuses it too
    [InlineData(new byte[] { 0xC0, 0x80 }, "\\xc0\\x80")] // an overlong NUL
    [InlineData(new byte[] { (byte)'a', (byte)'\\', (byte)'b' }, "a\\\\b")]
    [InlineData(new byte[] { 0x01, 0x0A, 0x7F }, "\u0001\n\u007F")]
    public void Only_what_is_not_text_is_escaped(byte[] raw, string escaped) =>
        Assert.Equal(escaped, FilePath.FromRaw(raw).ToString());

    [Theory]
    [InlineData("a/b", true)]
    [InlineData("", true)]
    [InlineData("\\xff", true)]
    [InlineData("a\\\\b", true)]
    [InlineData("/a", false)]
    [InlineData("a//b", false)]
    [InlineData("a/", false)]
    [InlineData("../a", false)]
    [InlineData("a/./b", false)]
    [InlineData("a\\b", false)]
    [InlineData("\\xFF", false)] // another spelling of the same name
    [InlineData("\\x41", false)]
    [InlineData("a\0", false)]
    [InlineData(null, false)]
    public void Text_from_outside_is_taken_only_in_the_one_spelling(string? text, bool accepted) =>
        Assert.Equal(accepted, FilePath.TryParse(text, out _));

    [Theory]
    [InlineData("data/a/x", "data/a", true)]
    [InlineData("data/a/x", "data/a/", true)]
    [InlineData("data/ab", "data/a", false)]
    [InlineData("data/ab/x", "data/a", false)]
    [InlineData("data/a", "data/a", false)]
    [InlineData("data/a/", "data/a/", false)]
    [InlineData("x", "", true)]
    [InlineData("", "", false)]
    public void Below_is_by_whole_segments(string path, string directory, bool below) =>
        Assert.Equal(below, FilePath.FromEscaped(path).IsBelow(FilePath.FromEscaped(directory)));

    [Fact]
    public void Order_is_by_byte_and_not_by_UTF_16()
    {
        // U+FF5E before U+1F600 in UTF-8, after it in UTF-16.
        Assert.True(FilePath.FromEscaped("\uFF5E") < FilePath.FromEscaped("\U0001F600"));
        Assert.True(FilePath.FromEscaped("a.txt") < FilePath.FromEscaped("a/b"));
        Assert.True(FilePath.FromEscaped("a/") < FilePath.FromEscaped("a/b"));
    }

    [Theory]
    [InlineData("a/b/c", "a/b", "c")]
    [InlineData("a", "", "a")]
    [InlineData("a/b/", "a", "b")]
    public void Parent_and_name_take_a_path_apart(string path, string parent, string name)
    {
        var whole = FilePath.FromEscaped(path);

        Assert.Equal(parent, whole.Parent.ToString());
        Assert.Equal(name, Encoding.UTF8.GetString(whole.Name));
        Assert.Equal(whole.AsRangeKey(), whole.Parent.Append(whole.Name).AsRangeKey());
    }

    [Fact]
    public void A_range_overlaps_exactly_the_folders_with_a_path_in_it()
    {
        string[] texts = ["a", "a-b", "a.txt", "a/b", "a/b/c", "a/c", "a0", "b/x", "b/y/z", "c"];
        FilePath[] paths = [.. texts.Select(FilePath.FromEscaped)];
        FilePath[] bounds = [default, .. paths, .. paths.Select(path => path.AsRangeKey())];

        foreach (var range in
            from start in bounds
            from end in bounds.Select(bound => (FilePath?)bound).Append(null)
            from after in bounds.Select(bound => (FilePath?)bound).Append(null)
            select new PathRange(start, end, after))
        {
            foreach (var folder in paths.Select(path => path.Parent.AsRangeKey()).Distinct())
            {
                // It may say yes to a folder without need, never no to one with a path in the range.
                var needed = paths.Any(path => path.IsBelow(folder) && range.Contains(path));
                Assert.True(!needed || range.Overlaps(folder), $"{folder} in {range}");
            }
        }

        Assert.False(new PathRange(default, After: FilePath.FromEscaped("b")).Overlaps(FilePath.FromEscaped("a/")));
        Assert.False(new PathRange(default, To: FilePath.FromEscaped("b")).Overlaps(FilePath.FromEscaped("b/")));
        Assert.True(new PathRange(default, After: FilePath.FromEscaped("a/b")).Overlaps(FilePath.FromEscaped("a/")));
    }
}
