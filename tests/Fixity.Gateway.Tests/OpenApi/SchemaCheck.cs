using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fixity.Gateway.Tests.OpenApi;

/// <summary>Holds a value to a schema of the document: the part of JSON Schema that the document uses.</summary>
internal static class SchemaCheck
{
    /// <summary>What is wrong, with its place; nothing, when the value is what the schema says.</summary>
    public static IEnumerable<string> Errors(JsonNode? value, JsonObject schema, JsonObject document, string place = "$")
    {
        if ((string?)schema["$ref"] is { } reference)
        {
            var found = reference[2..].Split('/').Aggregate((JsonNode)document, (within, part) => within[part]!);
            return Errors(value, found.AsObject(), document, place);
        }

        if (schema["oneOf"] is JsonArray choices)
        {
            return choices.Any(choice => !Errors(value, choice!.AsObject(), document, place).Any())
                ? []
                : [$"{place}: {value?.ToJsonString() ?? "null"} is none of the choices"];
        }

        if (schema["enum"] is JsonArray words)
        {
            return words.Any(word => JsonNode.DeepEquals(word, value)) ? [] : [$"{place}: {value} is no word of the enum"];
        }

        string[] types = schema["type"] switch
        {
            JsonArray several => [.. several.Select(type => (string)type!)],
            JsonValue one => [(string)one!],
            _ => [],
        };
        return types.Length > 0 && !types.Any(type => IsOf(type, value))
            ? [$"{place}: {value?.ToJsonString() ?? "null"} is not {string.Join(" or ", types)}"]
            : ErrorsWithin(value, schema, document, place);
    }

    private static IEnumerable<string> ErrorsWithin(JsonNode? value, JsonObject schema, JsonObject document, string place)
    {
        if (value is JsonArray array && schema["items"] is JsonObject items)
        {
            return array.SelectMany((item, i) => Errors(item, items, document, $"{place}[{i}]"));
        }

        if (value is not JsonObject members)
        {
            return [];
        }

        var missing = (schema["required"] as JsonArray ?? []).Where(name => !members.ContainsKey((string)name!))
            .Select(name => $"{place}.{name}: missing");
        return missing.Concat(members.SelectMany(member =>
            schema["properties"]?[member.Key] is JsonObject property
                ? Errors(member.Value, property, document, $"{place}.{member.Key}")
                : schema["additionalProperties"] switch
                {
                    JsonObject each => Errors(member.Value, each, document, $"{place}.{member.Key}"),
                    JsonValue no when !(bool)no => [$"{place}.{member.Key}: unknown"],
                    _ => [],
                }));
    }

    private static bool IsOf(string type, JsonNode? value) => (type, value?.GetValueKind()) switch
    {
        ("null", null) => true,
        ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) => true,
        ("boolean", JsonValueKind.True or JsonValueKind.False) or ("number", JsonValueKind.Number) => true,
        ("integer", JsonValueKind.Number) => value!.AsValue().TryGetValue<long>(out _),
        _ => false,
    };
}
