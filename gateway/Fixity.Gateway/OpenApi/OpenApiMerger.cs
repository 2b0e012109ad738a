using System.Text.Json.Nodes;

namespace Fixity.Gateway.OpenApi;

/// <summary>Makes one document of several services' own: what a client of the gateway sees.</summary>
/// <remarks>
/// Schemas of one name are one schema when they are equal. Where they differ, the first keeps the name and the others
/// get their service's name in front, and so does every schema that refers to one of those.
/// </remarks>
internal static class OpenApiMerger
{
    private const string Reference = "$ref";
    private const string SchemaPrefix = "#/components/schemas/";

    /// <param name="documents">In the order of precedence; they are not changed.</param>
    /// <exception cref="InvalidOperationException">Two services claim the same method of the same path.</exception>
    public static JsonObject Merge(IReadOnlyList<(string Service, JsonObject Document)> documents)
    {
        var paths = new JsonObject();
        var schemas = new JsonObject();
        var tags = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (service, original) in documents)
        {
            var document = original.DeepClone().AsObject();
            RenameConflicts(service, document, schemas);
            AddPaths(service, document, paths, tags);
            foreach (var (name, schema) in SchemasOf(document))
            {
                schemas.TryAdd(name, schema?.DeepClone());
            }
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject { ["title"] = "Fixity", ["version"] = "1.0.0" },
            ["paths"] = Sorted(paths),
            ["components"] = new JsonObject { ["schemas"] = Sorted(schemas) },
            ["tags"] = new JsonArray([.. tags.Select(tag => new JsonObject { ["name"] = tag })]),
        };
    }

    private static void RenameConflicts(string service, JsonObject document, JsonObject taken)
    {
        // A rename changes the schemas that refer to the renamed one, which may make them conflict: again, until none does.
        while (true)
        {
            var conflicts = SchemasOf(document)
                .Where(s => taken.TryGetPropertyValue(s.Key, out var other) && !JsonNode.DeepEquals(s.Value, other))
                .Select(s => s.Key)
                .ToList();
            if (conflicts.Count == 0)
            {
                return;
            }

            var own = SchemasOf(document);
            foreach (var name in conflicts)
            {
                var renamed = Capital(service) + name;
                var schema = own[name];
                own.Remove(name);
                own[renamed] = schema;
                Redirect(document, SchemaPrefix + name, SchemaPrefix + renamed);
            }
        }
    }

    private static void Redirect(JsonNode? node, string from, string to)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array)
            {
                Redirect(item, from, to);
            }
        }
        else if (node is JsonObject members)
        {
            if (members[Reference] is JsonValue value && value.TryGetValue<string>(out var target) && target == from)
            {
                members[Reference] = to;
            }

            foreach (var (_, member) in members)
            {
                Redirect(member, from, to);
            }
        }
    }

    private static void AddPaths(string service, JsonObject document, JsonObject paths, SortedSet<string> tags)
    {
        foreach (var (path, item) in document["paths"]?.AsObject() ?? [])
        {
            // What a service serves beside the API is not reachable through the gateway.
            if (item is not JsonObject operations || !path.StartsWith("/api/", StringComparison.Ordinal))
            {
                continue;
            }

            var merged = paths[path]?.AsObject() ?? [];
            paths[path] ??= merged;
            foreach (var (method, operation) in operations)
            {
                if (!merged.TryAdd(method, operation?.DeepClone()))
                {
                    throw new InvalidOperationException($"{service} describes {method} {path}, which another service has too.");
                }

                tags.UnionWith((operation as JsonObject)?["tags"]?.AsArray().Select(t => t!.GetValue<string>()) ?? []);
            }
        }
    }

    private static JsonObject SchemasOf(JsonObject document) => document["components"]?["schemas"]?.AsObject() ?? [];

    // So that the document does not depend on which service answered first.
    private static JsonObject Sorted(JsonObject members) => new(members
        .OrderBy(m => m.Key, StringComparer.Ordinal)
        .Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone())));

    private static string Capital(string service) => char.ToUpperInvariant(service[0]) + service[1..];
}
