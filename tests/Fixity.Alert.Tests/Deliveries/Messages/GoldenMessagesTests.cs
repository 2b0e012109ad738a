using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Fixity.Alert.Deliveries.Messages;

namespace Fixity.Alert.Tests.Deliveries.Messages;

/// <summary>Every form as its receiver gets it, for people to read, and for a change of it to be seen.</summary>
public sealed class GoldenMessagesTests
{
    private const string Template = """
        {"text": "{{title}}", "events": [{{#each events}}{{#unless @first}}, {{/unless}}"{{text}}"{{/each}}], "more": {{omitted}} }
        """;

    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static TheoryData<string> Formats => [.. MessageFormats.Names];

    [Theory]
    [MemberData(nameof(Formats))]
    public void It_is_written_as_committed(string format)
    {
        var text = new StringBuilder();
        foreach (var (name, message) in new[]
        {
            ("one event", Written.Event("file.corrupted")),
            ("what ends it", Written.Event("file.restored")),
            ("a digest", Written.Digest(331)),
            ("a test", Samples.TestOf("target.offline", Guid.Empty, Written.At, null)),
        })
        {
            var written = Written.As(format, message, Template);
            text.Append($"# {name}\n\nTitle: {written.Title}\nContent-Type: {written.ContentType}\n");
            foreach (var (header, value) in written.Headers.OrderBy(h => h.Key, StringComparer.Ordinal))
            {
                text.Append($"{header}: {value}\n");
            }

            text.Append($"\n{Pretty(written)}\n\n");
        }

        Committed.AssertSame($"tests/Fixity.Alert.Tests/Deliveries/Messages/Golden/{format}.txt", text.ToString());
    }

    private static string Pretty(WrittenMessage written) => written.ContentType.EndsWith("json", StringComparison.Ordinal)
        ? JsonSerializer.Serialize(JsonElement.Parse(written.Body), Readable)
        : written.Body.ReplaceLineEndings("\n").Replace("\uFEFF", "<BOM>", StringComparison.Ordinal);
}
