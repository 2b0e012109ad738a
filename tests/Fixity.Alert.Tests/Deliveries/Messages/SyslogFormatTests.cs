using System.Text;
using System.Text.RegularExpressions;

namespace Fixity.Alert.Tests.Deliveries.Messages;

public sealed partial class SyslogFormatTests
{
    [Theory]
    [InlineData("file.corrupted", 106)]
    [InlineData("scan.failed", 107)]
    [InlineData("file.deleted", 108)]
    [InlineData("file.modified", 109)]
    [InlineData("file.added", 110)]
    public void Its_priority_is_the_audit_log_and_the_severity(string type, int priority)
    {
        var message = Parse(Written.As("syslog", Written.Event(type)).Body);

        Assert.Equal(priority.ToString(System.Globalization.CultureInfo.InvariantCulture), message.Groups["pri"].Value);
        Assert.Equal(type, message.Groups["id"].Value);
        Assert.Equal("fixity.example", message.Groups["host"].Value);
        Assert.Equal("2026-11-21T15:22:49.123000Z", message.Groups["time"].Value);
    }

    [Theory]
    [InlineData("a]b", @"a\]b")]
    [InlineData("a\"b", "a\\\"b")]
    [InlineData("a\\\\b", @"a\\\\b")]
    [InlineData("a\nb", @"a\\u{A}b")]
    [InlineData("\"] [other@1 x=\"y", "\\\"\\] [other@1 x=\\\"y")]
    public void A_path_stays_within_its_parameter(string path, string expected)
    {
        var message = Parse(Written.As("syslog", Written.OfPath(path, "file.deleted")).Body);

        Assert.Contains($" path=\"{expected}\"", message.Groups["data"].Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_digest_is_one_message_of_at_most_8_KiB()
    {
        var body = Written.As("syslog", Written.Digest(100_000, i => new string('漢', 1300) + i)).Body;

        var message = Parse(body);
        Assert.InRange(Encoding.UTF8.GetByteCount(body), 1000, 8192);
        Assert.StartsWith("archive: 1 file corrupted, 100,000 deleted, scan complete: ", message.Groups["text"].Value, StringComparison.Ordinal);
        Assert.Matches(" and [0-9,]+ more$", message.Groups["text"].Value);
        Assert.Contains(" count=\"100002\"", message.Groups["data"].Value, StringComparison.Ordinal);
    }

    private static Match Parse(string body)
    {
        var match = Rfc5424().Match(body);
        Assert.True(match.Success, body);
        return match;
    }

    // The grammar of RFC 5424, section 6: nothing may follow the structured data but the text.
    [GeneratedRegex("""
        ^<(?<pri>[0-9]{1,3})>1 (?<time>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{1,6}Z) (?<host>[!-~]{1,255}) fixity - (?<id>[!-~]{1,32}) (?<data>\[[!-~-[=\]"]]{1,32}( [!-~-[=\]"]]{1,32}="([^"\\\]]|\\["\\\]])*")*\]) \uFEFF(?<text>[^\x00-\x1f]*)$
        """, RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Rfc5424();
}
