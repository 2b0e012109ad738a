using System.Text.Json.Nodes;

namespace Fixity.Gateway.OpenApi;

/// <summary>Gives each body of the document an example that its schema allows, made of values that could be real.</summary>
/// <remarks>
/// The values come from examples.json: by schema and property, else by property wherever it stands. One that does not fit
/// the schema is passed over, and what has none is null, left out, or the plainest value of its type: a schema that changes
/// never makes an example wrong, at worst dull.
/// </remarks>
internal sealed class ExampleValues
{
    private const string Everywhere = "*";
    private const string SchemaPrefix = "#/components/schemas/";

    // Deeper than any answer; a schema that contains itself ends here.
    private const int DeepestLevel = 8;

    private static readonly JsonObject Known = Read();

    private readonly JsonObject _schemas;

    private ExampleValues(JsonObject schemas) => _schemas = schemas;

    /// <summary>To every body and parameter that has none yet.</summary>
    public static void AddTo(JsonObject document)
    {
        var examples = new ExampleValues(document["components"]?["schemas"]?.AsObject() ?? []);
        foreach (var operation in document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()))
        {
            foreach (var body in BodiesOf(operation.Value!.AsObject()))
            {
                if (body["schema"] is JsonObject schema && body["example"] is null && body["examples"] is null)
                {
                    body["example"] = examples.Of(schema, Everywhere, "", 0);
                }
            }
        }
    }

    private static IEnumerable<JsonObject> BodiesOf(JsonObject operation) =>
        new[] { operation["requestBody"] }
            .Concat((operation["responses"] as JsonObject ?? []).Where(response => response.Key[0] == '2').Select(r => r.Value))
            .SelectMany(body => body?["content"]?.AsObject() ?? [])
            .Where(content => content.Key.StartsWith("application/json", StringComparison.Ordinal))
            .Select(content => content.Value!.AsObject());

    private JsonNode? Of(JsonObject schema, string within, string name, int level)
    {
        if ((string?)schema["$ref"] is { } reference)
        {
            var referred = reference[SchemaPrefix.Length..];
            // A schema that has properties of its own is what the values go by; a word is what its property is.
            return _schemas[referred] is JsonObject found
                ? Of(found, found["properties"] is null ? within : referred, name, level)
                : null;
        }

        if (schema["oneOf"] is JsonArray choices)
        {
            return OfChoice(choices, within, name, level);
        }

        if (level > 0 && TryFind(schema, within, name, out var value))
        {
            return value?.DeepClone();
        }

        var types = TypesOf(schema);
        return schema["enum"] is JsonArray words
            ? words.FirstOrDefault(word => word is not null)?.DeepClone()
            : types.Contains("null") ? null
            : types.FirstOrDefault() switch
            {
                "object" => level < DeepestLevel ? OfObject(schema, within, level) : new JsonObject(),
                "array" => OfArray(schema, within, name, level),
                "string" => OfString(schema, name),
                "integer" or "number" => 0,
                "boolean" => false,
                _ => null,
            };
    }

    private JsonNode? OfChoice(JsonArray choices, string within, string name, int level)
    {
        var isNullable = choices.Any(choice => (string?)choice?["type"] is "null");
        var some = choices.Select(choice => choice!.AsObject()).First(choice => choice["$ref"] is not null || choice["type"] is not null
            && (string?)choice["type"] is not "null");
        // What may be absent is shown only where a value says so; a whole body always is.
        return isNullable && level > 0 && !IsKnown(within, name) ? null : Of(some, within, name, level);
    }

    private JsonObject OfObject(JsonObject schema, string within, int level)
    {
        var required = (schema["required"] as JsonArray ?? []).Select(name => (string?)name).ToHashSet(StringComparer.Ordinal);
        var made = new JsonObject();
        foreach (var (name, property) in schema["properties"]?.AsObject() ?? [])
        {
            if (required.Contains(name) || Known[within]?[name] is not null)
            {
                made[name] = Of(property!.AsObject(), within, name, level + 1);
            }
        }

        return made;
    }

    private JsonArray OfArray(JsonObject schema, string within, string name, int level) =>
        level < DeepestLevel && schema["items"] is JsonObject items
            ? new JsonArray(Of(items, within, name, level + 1))
            : [];

    private static JsonNode OfString(JsonObject schema, string name) => (string?)schema["format"] switch
    {
        "date-time" => "2026-11-21T03:00:07Z",
        "uuid" => "0197f3a0-5b1e-7c44-9d1a-3a1f0c8d2e57",
        "uri" => "https://fixity.example.org",
        _ => name,
    };

    private static bool IsKnown(string within, string name) =>
        (Known[within] as JsonObject)?.ContainsKey(name) == true || (Known[Everywhere] as JsonObject)?.ContainsKey(name) == true;

    /// <returns>False: there is no value for the property, or none that fits.</returns>
    private static bool TryFind(JsonObject schema, string within, string name, out JsonNode? value)
    {
        foreach (var group in (ReadOnlySpan<string>)[within, Everywhere])
        {
            value = null;
            if ((Known[group] as JsonObject)?.TryGetPropertyValue(name, out value) == true
                && (value is null ? TypesOf(schema).Contains("null") : Fits(value, schema)))
            {
                return true;
            }
        }

        value = null;
        return false;
    }

    private static bool Fits(JsonNode value, JsonObject schema)
    {
        if (schema["enum"] is JsonArray words)
        {
            return words.Any(word => JsonNode.DeepEquals(word, value));
        }

        var types = TypesOf(schema);
        return types.Count == 0 || value switch
        {
            JsonArray array => types.Contains("array")
                && schema["items"] is JsonObject items && array.All(item => item is not null && Fits(item, items)),
            JsonObject members => types.Contains("object") && schema["properties"] is null
                && schema["additionalProperties"] is JsonObject each && members.All(m => m.Value is not null && Fits(m.Value, each)),
            _ => value.GetValueKind() switch
            {
                System.Text.Json.JsonValueKind.String => types.Contains("string"),
                System.Text.Json.JsonValueKind.Number =>
                    types.Contains("number") || (types.Contains("integer") && value.AsValue().TryGetValue<long>(out _)),
                _ => types.Contains("boolean"),
            },
        };
    }

    private static List<string> TypesOf(JsonObject schema) => schema["type"] switch
    {
        JsonArray several => [.. several.Select(type => (string)type!)],
        JsonValue one => [(string)one!],
        _ => [],
    };

    private static JsonObject Read()
    {
        using var stream = typeof(ExampleValues).Assembly.GetManifestResourceStream("Fixity.Gateway.OpenApi.examples.json")!;
        return JsonNode.Parse(stream)!.AsObject();
    }
}
