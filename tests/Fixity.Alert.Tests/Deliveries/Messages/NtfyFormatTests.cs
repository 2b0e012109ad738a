using System.Text;

namespace Fixity.Alert.Tests.Deliveries.Messages;

public sealed class NtfyFormatTests
{
    [Theory]
    [InlineData("file.corrupted", "5", "rotating_light,file.corrupted")]
    [InlineData("target.offline", "4", "warning,target.offline")]
    [InlineData("file.deleted", "3", "warning,file.deleted")]
    [InlineData("file.restored", "2", "white_check_mark,file.restored")]
    [InlineData("file.added", "2", "information_source,file.added")]
    public void Priority_and_tags_say_how_bad_it_is(string type, string priority, string tags)
    {
        var written = Written.As("ntfy", Written.Event(type));

        Assert.Equal("text/plain; charset=utf-8", written.ContentType);
        Assert.Equal((priority, tags), (written.Headers["Priority"], written.Headers["Tags"]));
        Assert.Equal("https://fixity.example/scans/17?a=1&b=2", written.Headers["Click"]);
    }

    [Fact]
    public void A_title_beyond_ASCII_travels_as_encoded_words()
    {
        var title = Written.As("ntfy", Written.OfPath("Grüße/漢字.txt", "file.deleted")).Headers["Title"];

        Assert.Equal("archive: Grüße/漢字.txt was deleted (4 MiB)", Decoded(title));
    }

    /// <summary>As RFC 2047 says, and only well-formed.</summary>
    internal static string Decoded(string header) => string.Concat(header.Split([" ", "\r\n "], StringSplitOptions.RemoveEmptyEntries).Select(word =>
    {
        Assert.True(word.Length <= 75 && word.StartsWith("=?utf-8?B?", StringComparison.Ordinal) && word.EndsWith("?=", StringComparison.Ordinal), word);
        return Encoding.UTF8.GetString(Convert.FromBase64String(word["=?utf-8?B?".Length..^2]));
    }));
}
