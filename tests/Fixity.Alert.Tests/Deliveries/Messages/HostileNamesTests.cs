using System.Globalization;
using System.Text;
using System.Text.Json;
using Fixity.Alert.Deliveries;
using Fixity.Alert.Deliveries.Messages;

namespace Fixity.Alert.Tests.Deliveries.Messages;

/// <summary>What every format owes its receiver, whatever a file is called: its limits kept, nothing that acts.</summary>
public sealed class HostileNamesTests
{
    private static readonly string[] Names =
    [
        "plain.txt",
        "line\r\nBcc: everybody@example.org\r\n\r\n.\r\nMAIL FROM:<x>",
        "\u202Egpj.exe",
        "zero\u200Bwidth\uFEFF\u2028\u0085\u0000\u001b[31m",
        "@everyone @here <!channel> <@U1> <https://evil.example|click> &amp;",
        "[click](https://evil.example) **bold** `code` ```block``` ~~x~~ ||spoiler|| # head <t:1:R> :skull:",
        "{{DATE(2017-02-14T06:08:39Z,SHORT)}} <at>all</at> ${env}",
        "\"] [other@1 a=\"b\\",
        "'; drop table files; -- <img src=x onerror=alert(1)>",
        string.Concat(Enumerable.Repeat("é漢😀<&>*", 500)),
        new string('&', 4096),
        new string('"', 4096),
        new string('*', 4096),
        new string(']', 4096),
        new string('\u202E', 4096),
        string.Concat(Enumerable.Repeat("😀", 2048)),
    ];

    // Of those who count in bytes; the characters of blocks and embeds are counted in their own tests.
    private static readonly Dictionary<string, int> MostBytes = new()
    {
        ["fixity"] = 2 * 1024 * 1024,
        ["slack"] = 64 * 1024,
        ["teams"] = 28 * 1024,
        ["discord"] = 64 * 1024,
        ["ntfy"] = 4096,
        ["pagerduty"] = 512 * 1000,
        ["alertmanager"] = 1024 * 1024,
        ["template"] = 256 * 1024,
        ["mail"] = 256 * 1024,
        ["syslog"] = 8 * 1024,
    };

    public static TheoryData<string, int> FormatsAndNames()
    {
        var data = new TheoryData<string, int>();
        foreach (var format in MessageFormats.Names)
        {
            for (var name = 0; name < Names.Length; name++)
            {
                data.Add(format, name);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(FormatsAndNames))]
    public void No_name_leaves_its_place_or_breaks_a_limit(string format, int name)
    {
        foreach (var message in MessagesWith(Names[name]))
        {
            var written = Written.As(format, message, "{\"text\": \"{{title}}\", \"all\": \"{{#each events}}{{path}} {{/each}}\"}");

            Assert.True(Encoding.UTF8.GetByteCount(written.Body) <= MostBytes[format], $"{written.Body.Length} characters");
            Assert.True(written.Title.Length is > 0 and <= 200);
            AssertInert(written.Title);
            foreach (var (header, value) in written.Headers)
            {
                Assert.True((header + value).All(c => c is >= ' ' and <= '~'), value);
            }

            foreach (var text in TextsOf(written))
            {
                AssertInert(text);
            }
        }
    }

    [Theory]
    [MemberData(nameof(FormatsAndNames))]
    public void The_same_message_is_written_the_same(string format, int name)
    {
        var message = Written.OfPath(Names[name]);

        Assert.Equal(Written.As(format, message).Body, Written.As(format, message).Body);
    }

    private static IEnumerable<Message> MessagesWith(string name) =>
    [
        Written.OfPath(name),
        Written.OfPath(name, "file.corrupted"),
        Written.Event("file.deleted", target: new PayloadTarget(3, name)),
        Written.Event("scan.failed", told => told with { Data = MessageJson.ToElement(new { message = name, reason = name }) }),
        Written.Digest(100_000, _ => name),
        Written.Batch(500, i => name + i.ToString(CultureInfo.InvariantCulture)),
    ];

    /// <summary>What a person gets to see. Programs get names as they are, in JSON.</summary>
    private static IEnumerable<string> TextsOf(WrittenMessage written) => written.ContentType switch
    {
        "application/cloudevents+json" => CloudEventTexts(JsonElement.Parse(written.Body)),
        "application/json" => Strings(JsonElement.Parse(written.Body)),
        _ => written.Body.Split(["\r\n", "\n"], StringSplitOptions.None).Select(line => line.Replace("\uFEFF", "", StringComparison.Ordinal)),
    };

    private static IEnumerable<string> CloudEventTexts(JsonElement message) =>
    [
        message.TryGetProperty("subject", out var subject) ? subject.GetString()! : "",
        message.GetProperty("data").GetProperty("title").GetString()!,
    ];

    private static IEnumerable<string> Strings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Strings(member.Value).Append(member.Name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Strings),
        JsonValueKind.String => element.GetString()!.Split('\n'),
        _ => [],
    };

    private static void AssertInert(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            var acts = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate;
            // The one that is allowed is ours, between two braces for Teams.
            if ((acts && rune.Value != '\u200B') || rune == Rune.ReplacementChar)
            {
                Assert.Fail($"U+{rune.Value:X4} in {text}");
            }
        }
    }
}
