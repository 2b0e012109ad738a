using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fixity.ServiceDefaults.Json;
using Microsoft.AspNetCore.Http;

namespace Fixity.ServiceDefaults.Identity;

/// <summary>What a service has the gateway put into its audit entry of a request: the gateway does not read bodies.</summary>
/// <param name="Action">What was done, such as <c>target-changed</c>: lower-case words and hyphens.</param>
/// <param name="Subject">What it was done to, such as <c>target 8</c>.</param>
/// <param name="Before">What is another after it; null: there was nothing.</param>
/// <param name="After">The same members afterwards; null: there is nothing any more.</param>
/// <param name="Note">What members do not say.</param>
public sealed record AuditNote(string Action, string? Subject, JsonObject? Before, JsonObject? After, string? Note = null)
{
    /// <summary>Header that carries it as JSON in ASCII. The gateway keeps it to itself.</summary>
    public const string Header = "X-Fixity-Audit";

    // A client takes 64 KB of headers in all, and an entry is to be read by people.
    internal const int LongestHeader = 8 * 1024;

    private const int LongestText = 300;
    private const int LongestList = 20;
    private const string Masked = "***";

    private static readonly JsonSerializerOptions AsTheApi = MakeOptions();
    private static readonly string[] SecretWords = ["secret", "password", "token", "privateKey"];

    /// <summary>Of something that is there now.</summary>
    public static AuditNote Created<T>(string action, string subject, T after, string? note = null) =>
        new(action, subject, null, MembersOf(after), note);

    /// <summary>Of something that is gone.</summary>
    public static AuditNote Removed<T>(string action, string subject, T before, string? note = null) =>
        new(action, subject, MembersOf(before), null, note);

    /// <summary>Of something that is another now: only what differs is kept.</summary>
    public static AuditNote Changed<T>(string action, string subject, T before, T after, string? note = null)
    {
        var (was, now) = (MembersOf(before), MembersOf(after));
        foreach (var name in was.Select(member => member.Key).Where(name => JsonNode.DeepEquals(was[name], now[name])).ToList())
        {
            was.Remove(name);
            now.Remove(name);
        }

        return new AuditNote(action, subject, was, now, note);
    }

    /// <returns>Null for what is no note.</returns>
    public static AuditNote? Parse(string header)
    {
        try
        {
            return header.Length <= LongestHeader
                && JsonSerializer.Deserialize<AuditNote>(header, JsonSerializerOptions.Web) is { Action: { } action } note
                && action.Length is > 0 and <= 50 && action.All(c => char.IsAsciiLetterLower(c) || c == '-')
                    ? note
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    internal string ToHeader()
    {
        // Escaped to ASCII: the serializer's own default.
        var whole = JsonSerializer.Serialize(
            this with { Before = Tidied(Before), After = Tidied(After), Note = Shortened(Note) }, JsonSerializerOptions.Web);
        return whole.Length <= LongestHeader
            ? whole
            : JsonSerializer.Serialize(
                this with { Before = NamesOf(Before), After = NamesOf(After), Note = Shortened(Note) }, JsonSerializerOptions.Web);
    }

    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        StrictJson.Configure(options);
        return options;
    }

    private static JsonObject MembersOf<T>(T value) =>
        JsonSerializer.SerializeToNode(value, AsTheApi)?.AsObject() ?? [];

    private static JsonObject? Tidied(JsonObject? members) => members is null ? null : new JsonObject(
        members.Select(member => KeyValuePair.Create(member.Key, Tidied(member.Key, member.Value))));

    private static JsonNode? Tidied(string name, JsonNode? value) => value switch
    {
        JsonObject members => Tidied(members),
        JsonArray items when items.Count > LongestList => new JsonArray(
        [
            .. items.Take(LongestList).Select(item => Tidied(name, item)),
            JsonValue.Create(string.Create(CultureInfo.InvariantCulture, $"... {items.Count - LongestList} more")),
        ]),
        JsonArray items => new JsonArray([.. items.Select(item => Tidied(name, item))]),
        JsonValue text when text.GetValueKind() == JsonValueKind.String =>
            IsSecret(name) ? Masked : Shortened(text.GetValue<string>()),
        _ => value?.DeepClone(),
    };

    // Nobody is to put one in. Whoever does all the same has not published it.
    private static bool IsSecret(string name) =>
        SecretWords.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static JsonObject? NamesOf(JsonObject? members) => members is null ? null : new JsonObject
    {
        ["tooLong"] = Shortened(string.Join(", ", members.Select(member => member.Key))),
    };

    private static string? Shortened(string? text) => text is { Length: > LongestText } ? text[..LongestText] + "..." : text;
}

/// <summary>Hands a note to the gateway.</summary>
public static class AuditNoting
{
    /// <summary>One a request; before the answer begins.</summary>
    public static void AddAuditNote(this HttpResponse response, AuditNote note) =>
        response.Headers[AuditNote.Header] = note.ToHeader();
}
