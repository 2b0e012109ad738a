using System.Text.Json;
using System.Text.RegularExpressions;

namespace Fixity.Alert.Tests.Deliveries.Messages;

/// <summary>As much of JSON Schema as our schemas use; a keyword that it does not know fails the test that loads it.</summary>
internal sealed class JsonSchema
{
    private static readonly HashSet<string> Words =
    [
        "$schema", "$id", "$defs", "$ref", "title", "description", "format", "type", "required", "properties",
        "additionalProperties", "items", "enum", "const", "pattern", "minimum", "anyOf",
    ];

    private readonly JsonElement _root;

    private JsonSchema(JsonElement root)
    {
        _root = root;
        AssertKnown(root);
    }

    public static JsonSchema Load(string repositoryRelativePath) =>
        new(JsonElement.Parse(Committed.Read(repositoryRelativePath)));

    public IReadOnlyList<string> Errors(JsonElement value)
    {
        var errors = new List<string>();
        Check(_root, value, "$", errors);
        return errors;
    }

    private void Check(JsonElement schema, JsonElement value, string at, List<string> errors)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            var name = reference.GetString()!["#/$defs/".Length..];
            Check(_root.GetProperty("$defs").GetProperty(name), value, at, errors);
        }

        if (schema.TryGetProperty("anyOf", out var anyOf) && !anyOf.EnumerateArray().Any(one => IsValid(one, value, at)))
        {
            errors.Add($"{at}: none of anyOf");
        }

        if (schema.TryGetProperty("type", out var type) && !TypesOf(type).Any(word => IsOf(word, value)))
        {
            errors.Add($"{at}: is {value.ValueKind}, not {type}");
        }

        if (schema.TryGetProperty("const", out var constant) && !JsonElement.DeepEquals(constant, value))
        {
            errors.Add($"{at}: is not {constant}");
        }

        if (schema.TryGetProperty("enum", out var words) && !words.EnumerateArray().Any(word => JsonElement.DeepEquals(word, value)))
        {
            errors.Add($"{at}: {value} is none of {words}");
        }

        if (schema.TryGetProperty("pattern", out var pattern) && value.ValueKind == JsonValueKind.String
            && !Regex.IsMatch(value.GetString()!, pattern.GetString()!, RegexOptions.None, TimeSpan.FromSeconds(1)))
        {
            errors.Add($"{at}: {value} does not match {pattern}");
        }

        if (schema.TryGetProperty("minimum", out var least) && value.GetDouble() < least.GetDouble())
        {
            errors.Add($"{at}: {value} is less than {least}");
        }

        CheckWithin(schema, value, at, errors);
    }

    private void CheckWithin(JsonElement schema, JsonElement value, string at, List<string> errors)
    {
        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            foreach (var item in value.EnumerateArray())
            {
                Check(items, item, at + "[]", errors);
            }
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (schema.TryGetProperty("required", out var required))
        {
            errors.AddRange(required.EnumerateArray().Select(name => name.GetString()!)
                .Where(name => !value.TryGetProperty(name, out _)).Select(name => $"{at}: {name} is missing"));
        }

        foreach (var member in value.EnumerateObject())
        {
            if (schema.TryGetProperty("properties", out var known) && known.TryGetProperty(member.Name, out var own))
            {
                Check(own, member.Value, $"{at}.{member.Name}", errors);
            }
            else if (schema.TryGetProperty("additionalProperties", out var others))
            {
                Check(others, member.Value, $"{at}.{member.Name}", errors);
            }
        }
    }

    private bool IsValid(JsonElement schema, JsonElement value, string at)
    {
        var errors = new List<string>();
        Check(schema, value, at, errors);
        return errors.Count == 0;
    }

    private static IEnumerable<string> TypesOf(JsonElement type) => type.ValueKind == JsonValueKind.Array
        ? type.EnumerateArray().Select(word => word.GetString()!)
        : [type.GetString()!];

    private static bool IsOf(string word, JsonElement value) => word switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => throw new NotSupportedException(word),
    };

    private static void AssertKnown(JsonElement schema)
    {
        foreach (var member in schema.EnumerateObject())
        {
            Assert.Contains(member.Name, Words);
            if (member.Name is "properties" or "$defs")
            {
                Assert.All(member.Value.EnumerateObject(), inner => AssertKnown(inner.Value));
            }
            else if (member.Name is "items" or "additionalProperties")
            {
                AssertKnown(member.Value);
            }
            else if (member.Name == "anyOf")
            {
                Assert.All(member.Value.EnumerateArray(), AssertKnown);
            }
        }
    }
}
