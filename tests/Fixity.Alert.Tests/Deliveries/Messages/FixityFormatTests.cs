using System.Text.Json;
using Fixity.Alert.Deliveries.Messages;

namespace Fixity.Alert.Tests.Deliveries.Messages;

public sealed class FixityFormatTests
{
    [Fact]
    public void Every_message_is_as_the_committed_schema_says()
    {
        var schema = JsonSchema.Load("docs/schemas/alert-v1.json");

        foreach (var message in (Message[])
            [.. Samples.Messages(Written.At), Written.Digest(100_000), Written.Batch(500, _ => "\0\r\n\u202E😀")])
        {
            var written = Written.As("fixity", message);
            Assert.Equal("application/cloudevents+json", written.ContentType);
            Assert.Empty(schema.Errors(JsonElement.Parse(written.Body)));
        }
    }

    [Theory]
    [InlineData("specversion")]
    [InlineData("id")]
    [InlineData("data")]
    public void The_schema_misses_what_is_missing(string member)
    {
        var message = System.Text.Json.Nodes.JsonNode.Parse(Written.As("fixity", Written.Digest(3)).Body)!.AsObject();
        message.Remove(member);

        Assert.NotEmpty(JsonSchema.Load("docs/schemas/alert-v1.json").Errors(JsonElement.Parse(message.ToJsonString())));
    }

    [Fact]
    public void An_event_of_a_file_is_a_CloudEvent_with_the_change_as_the_API_says_it()
    {
        var message = Written.Json("fixity", Written.OfPath("a/\r\n.txt", "file.corrupted"));

        Assert.Equal("io.fixity.file.corrupted", message.GetProperty("type").GetString());
        Assert.Equal("01933c6f-0000-7000-8000-000000000001", message.GetProperty("id").GetString());
        Assert.Equal("archive/a/\\u{D}\\u{A}.txt", message.GetProperty("subject").GetString());
        Assert.Equal("2026-11-21T15:22:49.123Z", message.GetProperty("time").GetString());
        var told = Assert.Single(message.GetProperty("data").GetProperty("events").EnumerateArray().ToList());
        Assert.Equal("a/\r\n.txt", told.GetProperty("data").GetProperty("path").GetString());
        Assert.Equal(512, told.GetProperty("data").GetProperty("details").GetProperty("damage").GetProperty("bytes").GetInt64());
    }

    [Fact]
    public void What_does_not_fit_is_counted()
    {
        var data = Written.Json("fixity", Written.Batch(500, _ => new string('\u202E', 4096))).GetProperty("data");

        var listed = data.GetProperty("events").GetArrayLength();
        Assert.InRange(listed, 1, 499);
        Assert.Equal(500 - listed, data.GetProperty("eventsOmitted").GetInt64());
        Assert.Equal(99_992, Written.Json("fixity", Written.Digest(100_000)).GetProperty("data")
            .GetProperty("eventsOmitted").GetInt64());
    }
}
