using System.Text.Json.Nodes;

namespace Fixity.Gateway.Tests.OpenApi;

/// <summary>Says what a client that was written for one description of the API would stumble over in another.</summary>
/// <remarks>
/// What is sent may be widened and not narrowed, what is answered the other way round. New words of an enum in an answer
/// are no break: clients are told to expect them.
/// </remarks>
internal sealed class ApiComparison
{
    private readonly JsonObject _before;
    private readonly JsonObject _after;
    private readonly SortedSet<string> _breaks = new(StringComparer.Ordinal);
    private readonly HashSet<(string, string, bool)> _compared = [];

    private ApiComparison(JsonObject before, JsonObject after) => (_before, _after) = (before, after);

    /// <summary>Each break in words that name its place; in order.</summary>
    public static IReadOnlyCollection<string> Breaks(JsonObject before, JsonObject after)
    {
        var comparison = new ApiComparison(before, after);
        foreach (var (path, item) in before["paths"]!.AsObject())
        {
            foreach (var (method, operation) in item!.AsObject())
            {
                var place = $"{method.ToUpperInvariant()} {path}";
                if (after["paths"]![path]?[method] is JsonObject now)
                {
                    comparison.CompareOperation(place, operation!.AsObject(), now);
                }
                else
                {
                    comparison.Found(place, "removed");
                }
            }
        }

        return comparison._breaks;
    }

    private void Found(string place, string what) => _breaks.Add($"{place}: {what}");

    private void CompareOperation(string place, JsonObject before, JsonObject after)
    {
        CompareParameters(place, before["parameters"] as JsonArray ?? [], after["parameters"] as JsonArray ?? []);
        CompareBody(place, before["requestBody"] as JsonObject, after["requestBody"] as JsonObject);
        // A document of before roles were described says nothing of them; of an open operation it says that nobody need sign in.
        if (before["security"] is not null && Rank(after) > Rank(before))
        {
            Found(place, $"asks for the role {after["x-fixity-role"]}");
        }

        foreach (var (status, answer) in before["responses"]!.AsObject())
        {
            var there = $"{place} {status}";
            CompareProblems(there, answer!, after["responses"]![status]);
            if (after["responses"]![status] is not JsonObject now)
            {
                if (status[0] == '2')
                {
                    Found(there, "removed");
                }

                continue;
            }

            CompareContent(there, answer!["content"] as JsonObject, now["content"] as JsonObject, isAnswer: true);
            foreach (var (name, data) in answer!["x-fixity-events"] as JsonObject ?? [])
            {
                CompareMember($"{there} event {name}", data!.AsObject(), now["x-fixity-events"]?[name] as JsonObject, isAnswer: true);
            }
        }
    }

    private void CompareParameters(string place, JsonArray before, JsonArray after)
    {
        foreach (var parameter in before)
        {
            CompareParameter($"{place} ?{parameter!["name"]}", parameter, Find(after, parameter));
        }

        foreach (var added in after.Where(parameter => (bool?)parameter!["required"] == true && Find(before, parameter) is null))
        {
            Found($"{place} ?{added!["name"]}", "new and required");
        }

        static JsonNode? Find(JsonArray parameters, JsonNode like) => parameters.FirstOrDefault(parameter =>
            (string?)parameter!["name"] == (string?)like["name"] && (string?)parameter["in"] == (string?)like["in"]);
    }

    private void CompareParameter(string place, JsonNode before, JsonNode? after)
    {
        if (after is null)
        {
            Found(place, "removed");
            return;
        }

        if ((bool?)after["required"] == true && (bool?)before["required"] != true)
        {
            Found(place, "required");
        }

        Compare(place, before["schema"]!.AsObject(), after["schema"]!.AsObject(), isAnswer: false);
    }

    private void CompareBody(string place, JsonObject? before, JsonObject? after)
    {
        if (before is null)
        {
            if ((bool?)after?["required"] == true)
            {
                Found($"{place} body", "new and required");
            }

            return;
        }

        if ((bool?)after?["required"] == true && (bool?)before["required"] != true)
        {
            Found($"{place} body", "required");
        }

        CompareContent($"{place} body", before["content"] as JsonObject, after?["content"] as JsonObject, isAnswer: false);
    }

    private void CompareContent(string place, JsonObject? before, JsonObject? after, bool isAnswer)
    {
        foreach (var (type, media) in before ?? [])
        {
            if (after?[type] is not JsonObject now)
            {
                Found($"{place} {type}", "removed");
            }
            else if (media!["schema"] is JsonObject schema && now["schema"] is JsonObject schemaNow)
            {
                Compare(place, schema, schemaNow, isAnswer);
            }
        }
    }

    private void CompareProblems(string place, JsonNode before, JsonNode? after)
    {
        const string Problem = "application/problem+json";
        foreach (var (slug, _) in before["content"]?[Problem]?["examples"] as JsonObject ?? [])
        {
            if (after?["content"]?[Problem]?["examples"]?[slug] is null)
            {
                Found($"{place} problem {slug}", "removed");
            }
        }
    }

    private void CompareMember(string place, JsonObject before, JsonObject? after, bool isAnswer)
    {
        if (after is null)
        {
            Found(place, "removed");
        }
        else
        {
            Compare(place, before, after, isAnswer);
        }
    }

    private void Compare(string place, JsonObject before, JsonObject after, bool isAnswer)
    {
        var (oldShape, newShape) = (Shape.Of(before, _before), Shape.Of(after, _after));
        if (oldShape.Name is { } name)
        {
            // One break of a schema is one, however many answers have it.
            place = $"{name} ({(isAnswer ? "answered" : "sent")})";
            if (!_compared.Add((name, newShape.Name ?? "", isAnswer)))
            {
                return;
            }
        }

        CompareTypes(place, oldShape, newShape, isAnswer);
        foreach (var word in oldShape.Words.Except(newShape.Words).Where(_ => newShape.Words.Count > 0))
        {
            Found(place, $"no longer '{word}'");
        }

        CompareMembers(place, oldShape.Schema, newShape.Schema, isAnswer);
        foreach (var part in new[] { "items", "additionalProperties" })
        {
            if (oldShape.Schema[part] is JsonObject one && newShape.Schema[part] is JsonObject other)
            {
                Compare($"{place}[]", one, other, isAnswer);
            }
        }
    }

    private void CompareTypes(string place, Shape before, Shape after, bool isAnswer)
    {
        // Without a type anything goes.
        var (narrow, wide) = isAnswer ? (after, before) : (before, after);
        var stray = narrow.Types.Count == 0 && wide.Types.Count > 0 && narrow.Words.Count == 0
            ? ["anything"]
            : wide.Types.Count == 0 ? [] : narrow.Types.Except(wide.Types).Where(type => type != "integer" || !wide.Types.Contains("number")).ToList();
        foreach (var type in stray)
        {
            Found(place, isAnswer ? $"may be {type}" : $"may no longer be {type}");
        }

        if (!isAnswer && before.Words.Count == 0 && after.Words.Count > 0)
        {
            Found(place, "may only be one of some words");
        }

        if ((string?)before.Schema["format"] != (string?)after.Schema["format"] && before.Types.Contains("string"))
        {
            Found(place, $"of the format {after.Schema["format"] ?? "none"}");
        }
    }

    private void CompareMembers(string place, JsonObject before, JsonObject after, bool isAnswer)
    {
        var properties = before["properties"] as JsonObject ?? [];
        foreach (var (name, property) in properties)
        {
            CompareMember($"{place}.{name}", property!.AsObject(), after["properties"]?[name] as JsonObject, isAnswer);
        }

        var (once, now) = (Required(before), Required(after));
        foreach (var name in isAnswer ? once.Except(now).Where(name => after["properties"]?[name] is not null) : now.Except(once))
        {
            Found($"{place}.{name}", isAnswer ? "may be absent" : "required");
        }

        static List<string> Required(JsonObject schema) =>
            [.. (schema["required"] as JsonArray ?? []).Select(name => (string)name!)];
    }

    private static int Rank(JsonObject operation) => (string?)operation["x-fixity-role"] switch
    {
        "viewer" => 1,
        "operator" => 2,
        "admin" => 3,
        _ => 0,
    };

    /// <summary>A schema with what it refers to.</summary>
    private sealed record Shape(string? Name, JsonObject Schema, IReadOnlyList<string> Types, IReadOnlyList<string> Words)
    {
        public static Shape Of(JsonObject schema, JsonObject document)
        {
            if ((string?)schema["$ref"] is { } reference)
            {
                var name = reference.Split('/')[^1];
                var found = document["components"]!["schemas"]![name]!.AsObject();
                return Of(found, document) with { Name = name };
            }

            if (schema["oneOf"] is JsonArray choices)
            {
                var shapes = choices.Select(choice => Of(choice!.AsObject(), document)).ToList();
                var some = shapes.Find(shape => !shape.Types.SequenceEqual(["null"])) ?? shapes[0];
                return some with { Types = [.. shapes.SelectMany(shape => shape.Types).Distinct()] };
            }

            string[] words = [.. (schema["enum"] as JsonArray ?? []).Where(word => word is not null).Select(word => (string)word!)];
            string[] types = schema["type"] switch
            {
                JsonArray several => [.. several.Select(type => (string)type!)],
                JsonValue one => [(string)one!],
                _ => words.Length > 0 ? ["string"] : [],
            };
            return new Shape(null, schema, types, words);
        }
    }
}
