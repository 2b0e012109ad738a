using System.Text.Json;

namespace Fixity.Alert.Tests.Deliveries.Messages;

/// <summary>Slack, Teams and Discord: their limits, and that a name cannot speak their language.</summary>
public sealed class ChatFormatsTests
{
    private const string Marks = "*b* _i_ `c` ~s~ <!channel> <https://evil.example|here> [x](https://evil.example) @everyone {{TIME()}} &lt; :skull:";

    [Fact]
    public void Slack_reads_no_marks_in_what_others_chose()
    {
        var message = Written.Json("slack", Written.OfPath(Marks, "file.deleted"));

        var texts = TextsWithin(message).ToList();
        var mrkdwn = Assert.Single(texts, text => text.Kind == "mrkdwn");
        Assert.Equal("<https://fixity.example/scans/17?a=1&amp;b=2|Open in Fixity>", mrkdwn.Text);
        Assert.All(texts.Where(text => text.Kind == "plain_text"), text => Assert.DoesNotContain('<', text.Text));
        Assert.Contains(texts, text => text.Text.Contains("*b* _i_ `c` ~s~ &lt;!channel&gt;", StringComparison.Ordinal));
        Assert.DoesNotContain('<', message.GetProperty("text").GetString()!);
        Assert.False(message.GetProperty("mrkdwn").GetBoolean());
    }

    [Theory]
    [InlineData("&")]
    [InlineData("😀")]
    [InlineData("x/")]
    public void Slack_takes_every_block(string character)
    {
        var name = string.Concat(Enumerable.Repeat(character, 4000));
        foreach (var written in new[] { Written.OfPath(name), Written.Digest(100_000, _ => name), Written.Batch(500, _ => name) })
        {
            var message = Written.Json("slack", written);
            Assert.InRange(message.GetProperty("blocks").GetArrayLength(), 2, 50);
            Assert.InRange(message.GetProperty("blocks")[0].GetProperty("text").GetProperty("text").GetString()!.Length, 10, 150);
            Assert.InRange(message.GetProperty("blocks")[1].GetProperty("text").GetProperty("text").GetString()!.Length, 10, 3000);
        }
    }

    [Fact]
    public void Teams_gets_a_card_of_runs_that_read_no_Markdown_and_no_functions()
    {
        var message = Written.Json("teams", Written.OfPath(Marks, "file.deleted"));

        Assert.Equal("message", message.GetProperty("type").GetString());
        var attachment = message.GetProperty("attachments")[0];
        Assert.Equal("application/vnd.microsoft.card.adaptive", attachment.GetProperty("contentType").GetString());
        var card = attachment.GetProperty("content");
        Assert.Equal("AdaptiveCard", card.GetProperty("type").GetString());
        Assert.All(card.GetProperty("body").EnumerateArray(), block =>
        {
            Assert.Equal("RichTextBlock", block.GetProperty("type").GetString());
            Assert.All(block.GetProperty("inlines").EnumerateArray(), run => Assert.Equal("TextRun", run.GetProperty("type").GetString()));
        });
        Assert.DoesNotContain("{{", attachment.ToString(), StringComparison.Ordinal);
        Assert.Equal("https://fixity.example/scans/17?a=1&b=2", card.GetProperty("actions")[0].GetProperty("url").GetString());
    }

    [Fact]
    public void Discord_wakes_nobody_and_reads_every_mark_as_text()
    {
        var message = Written.Json("discord", Written.OfPath(Marks, "file.deleted"));

        Assert.Equal(0, message.GetProperty("allowed_mentions").GetProperty("parse").GetArrayLength());
        var embed = message.GetProperty("embeds")[0];
        var description = embed.GetProperty("description").GetString()!;
        Assert.StartsWith(@"\*b\* \_i\_ \`c\` \~s\~ \<\!channel\> \<https\:\/\/evil.example\|here\> \[x\]\(https", description, StringComparison.Ordinal);
        Assert.Contains(@"\@everyone", description, StringComparison.Ordinal);
        Assert.Contains(@"\:skull\:", description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("😀")]
    [InlineData("x/")]
    public void Discord_takes_every_embed(string character)
    {
        var name = string.Concat(Enumerable.Repeat(character, 4000));
        foreach (var written in new[] { Written.OfPath(name), Written.Digest(100_000, _ => name), Written.Batch(500, _ => name) })
        {
            var embed = Written.Json("discord", written).GetProperty("embeds")[0];
            var (title, description, footer) = (
                embed.GetProperty("title").GetString()!, embed.GetProperty("description").GetString()!,
                embed.GetProperty("footer").GetProperty("text").GetString()!);
            Assert.InRange(title.Length, 10, 256);
            Assert.InRange(description.Length, 10, 4096);
            Assert.InRange(title.Length + description.Length + footer.Length, 30, 6000);
        }
    }

    [Theory]
    [InlineData("slack")]
    [InlineData("teams")]
    [InlineData("discord")]
    [InlineData("ntfy")]
    public void Many_events_end_with_how_many_more_there_are(string format) =>
        Assert.Contains(
            " more",
            format == "ntfy"
                ? Written.As(format, Written.Digest(100_000)).Body
                : string.Join('\n', Strings(Written.Json(format, Written.Digest(100_000)))),
            StringComparison.Ordinal);

    private static IEnumerable<(string Kind, string Text)> TextsWithin(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().SelectMany(TextsWithin),
        JsonValueKind.Object when element.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String
            && element.TryGetProperty("type", out var type) => [(type.GetString()!, text.GetString()!)],
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => TextsWithin(member.Value)),
        _ => [],
    };

    private static IEnumerable<string> Strings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Strings(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Strings),
        JsonValueKind.String => [element.GetString()!],
        _ => [],
    };
}
