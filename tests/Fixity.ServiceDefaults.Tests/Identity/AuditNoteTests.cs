using System.Text.Json.Nodes;
using Fixity.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http;

namespace Fixity.ServiceDefaults.Tests.Identity;

public sealed class AuditNoteTests
{
    [Fact]
    public void Of_a_change_only_what_differs_is_told()
    {
        var note = RoundTrip(AuditNote.Changed("thing-changed", "thing 1", new Thing("a", 1, null), new Thing("b", 1, null)));

        Assert.Equal("thing-changed", note.Action);
        Assert.Equal("thing 1", note.Subject);
        Assert.Equal("""{"name":"a"}""", note.Before?.ToJsonString());
        Assert.Equal("""{"name":"b"}""", note.After?.ToJsonString());
    }

    [Fact]
    public void What_is_made_has_no_before_and_what_is_removed_no_after()
    {
        Assert.Null(RoundTrip(AuditNote.Created("thing-created", "thing 1", new Thing("a", 1, null))).Before);
        Assert.Null(RoundTrip(AuditNote.Removed("thing-deleted", "thing 1", new Thing("a", 1, null))).After);
    }

    [Fact]
    public void A_secret_that_somebody_puts_in_is_masked_however_deep_it_lies()
    {
        var members = new JsonObject
        {
            ["clientSecret"] = "s3cret",
            ["mail"] = new JsonObject { ["Password"] = "s3cret", ["hasPassword"] = true },
            ["list"] = new JsonArray(new JsonObject { ["sessionToken"] = "s3cret" }),
        };

        var header = HeaderOf(new AuditNote("x", null, members, null));

        Assert.DoesNotContain("s3cret", header, StringComparison.Ordinal);
        Assert.Contains("\"hasPassword\":true", header, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_ascii_whatever_is_in_it()
    {
        var header = HeaderOf(AuditNote.Created("x", "thing ☃", new Thing("line\r\nX-Evil: 1 \u202e ü", 1, null)));

        Assert.All(header, c => Assert.InRange(c, ' ', '~'));
        Assert.Equal("line\r\nX-Evil: 1 \u202e ü", AuditNote.Parse(header)?.After?["name"]?.GetValue<string>());
    }

    [Fact]
    public void It_stays_short_however_much_there_is_to_tell()
    {
        var text = RoundTrip(AuditNote.Created("x", "thing 1", new Thing(new string('ä', 100_000), 1, null)));
        var list = RoundTrip(AuditNote.Created("x", "thing 1", new Thing("a", 1, [.. Enumerable.Range(0, 1_000)])));
        var wide = RoundTrip(new AuditNote("x", null, null, new JsonObject(
            Enumerable.Range(0, 500).Select(i => KeyValuePair.Create($"member{i}", (JsonNode?)new string('x', 100))))));

        Assert.Equal(303, text.After?["name"]?.GetValue<string>().Length);
        Assert.Equal("... 980 more", list.After?["numbers"]?.AsArray()[^1]?.GetValue<string>());
        Assert.StartsWith("member0, member1", wide.After?["tooLong"]?.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("credentials of target 8 set: stored")]
    [InlineData("{}")]
    [InlineData("""{"action":""}""")]
    [InlineData("""{"action":"Sign In"}""")]
    [InlineData("""{"action":"x","before":7}""")]
    [InlineData("null")]
    public void What_is_no_note_is_none(string header) => Assert.Null(AuditNote.Parse(header));

    private static AuditNote RoundTrip(AuditNote note) =>
        AuditNote.Parse(HeaderOf(note)) ?? throw new InvalidOperationException("The note cannot be read.");

    private static string HeaderOf(AuditNote note)
    {
        var context = new DefaultHttpContext();
        context.Response.AddAuditNote(note);
        return context.Response.Headers[AuditNote.Header].ToString();
    }

    private sealed record Thing(string Name, int Size, IReadOnlyList<int>? Numbers);
}
