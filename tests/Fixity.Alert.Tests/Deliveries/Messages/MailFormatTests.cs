using System.Text;

namespace Fixity.Alert.Tests.Deliveries.Messages;

public sealed class MailFormatTests
{
    [Fact]
    public void A_mail_is_ASCII_in_short_lines_and_says_it_all_in_its_text()
    {
        var (headers, text) = Read(Written.As("mail", Written.Digest(331, i => $"Grüße/漢字 {i}.txt")).Body);

        Assert.Equal("[Fixity] archive: 1 file corrupted, 331 deleted, scan complete", headers["Subject"]);
        Assert.Equal(
            ("1.0", "text/plain; charset=utf-8", "base64", "auto-generated", "1"),
            (headers["MIME-Version"], headers["Content-Type"], headers["Content-Transfer-Encoding"], headers["Auto-Submitted"],
                headers["X-Priority"]));
        Assert.Contains("- Grüße/漢字 0.txt is corrupted: 512 bytes differ", text, StringComparison.Ordinal);
        Assert.Contains("- … and 323 more\r\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\r\nhttps://fixity.example/scans/17?a=1&b=2\r\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\r\nBcc: everybody@example.org\r\n\r\nbody")]
    [InlineData("=?utf-8?Q?spoofed?=")]
    [InlineData("漢字\n漢字\r漢字\u2028漢字 and on and on and on and on and on and on and on and on")]
    public void No_name_adds_a_header_or_ends_them(string name)
    {
        var (headers, text) = Read(Written.As("mail", Written.OfPath(name, "file.deleted")).Body);

        Assert.Equal(
            ["Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "MIME-Version", "Subject",
                "X-Auto-Response-Suppress", "X-Fixity-Event", "X-Priority"],
            headers.Keys.Order(StringComparer.Ordinal));
        Assert.StartsWith("archive: ", text, StringComparison.Ordinal);
        var subject = headers["Subject"];
        Assert.StartsWith("[Fixity] archive: ", subject.StartsWith("=?", StringComparison.Ordinal) ? NtfyFormatTests.Decoded(subject) : subject, StringComparison.Ordinal);
    }

    private static (Dictionary<string, string> Headers, string Text) Read(string mail)
    {
        Assert.True(Ascii.IsValid(mail));
        Assert.DoesNotContain('\n', mail.Replace("\r\n", "", StringComparison.Ordinal));
        Assert.All(mail.Split("\r\n"), line => Assert.True(line.Length <= 78, line));
        var end = mail.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var headers = mail[..end].Replace("\r\n ", " ", StringComparison.Ordinal).Split("\r\n")
            .Select(line => line.Split(": ", 2)).ToDictionary(parts => parts[0], parts => parts[1]);
        var body = mail[(end + 4)..].Replace("\r\n", "", StringComparison.Ordinal);
        return (headers, Encoding.UTF8.GetString(Convert.FromBase64String(body)));
    }
}
