using System.Text.Json.Nodes;
using Fixity.Gateway.OpenApi;

namespace Fixity.Gateway.Tests.OpenApi;

public sealed class OpenApiMergerTests
{
    [Fact]
    public void Equal_schemas_are_one_and_different_ones_of_a_name_get_their_services_name()
    {
        var one = Document("/api/v1/a", "Item", new()
        {
            ["Item"] = new JsonObject { ["type"] = "object" },
            ["Shared"] = new JsonObject { ["type"] = "string" },
        });
        var two = Document("/api/v1/b", "Page", new()
        {
            ["Item"] = new JsonObject { ["type"] = "integer" },
            ["Page"] = new JsonObject { ["items"] = Reference("Item") },
            ["Shared"] = new JsonObject { ["type"] = "string" },
        });

        var merged = OpenApiMerger.Merge([("query", one), ("alert", two)]);

        var schemas = merged["components"]!["schemas"]!.AsObject();
        Assert.Equal(["AlertItem", "Item", "Page", "Shared"], schemas.Select(s => s.Key));
        Assert.Equal("integer", schemas["AlertItem"]!["type"]!.GetValue<string>());
        Assert.Equal("#/components/schemas/AlertItem", schemas["Page"]!["items"]!["$ref"]!.GetValue<string>());
    }

    [Fact]
    public void A_schema_that_refers_to_a_renamed_one_is_another_schema_too()
    {
        JsonObject Make(string type) => Document("/api/v1/" + type, "Page", new()
        {
            ["Item"] = new JsonObject { ["type"] = type },
            ["Page"] = new JsonObject { ["items"] = Reference("Item") },
        });

        var merged = OpenApiMerger.Merge([("query", Make("object")), ("alert", Make("integer"))]);

        var schemas = merged["components"]!["schemas"]!.AsObject();
        Assert.Equal(["AlertItem", "AlertPage", "Item", "Page"], schemas.Select(s => s.Key));
        Assert.Equal(
            "#/components/schemas/AlertPage",
            merged["paths"]!["/api/v1/integer"]!["get"]!["schema"]!["$ref"]!.GetValue<string>());
        Assert.Equal("#/components/schemas/AlertItem", schemas["AlertPage"]!["items"]!["$ref"]!.GetValue<string>());
    }

    [Fact]
    public void Methods_of_one_path_come_together_and_what_is_beside_the_API_stays_out()
    {
        var one = Document("/api/v1/a", "Item", []);
        var two = Document("/healthz", "Item", []);
        two["paths"]!["/api/v1/a"] = new JsonObject { ["post"] = new JsonObject { ["tags"] = new JsonArray("B") } };

        var merged = OpenApiMerger.Merge([("query", one), ("scheduler", two)]);

        var path = Assert.Single(merged["paths"]!.AsObject());
        Assert.Equal("/api/v1/a", path.Key);
        Assert.Equal(["get", "post"], path.Value!.AsObject().Select(m => m.Key));
        Assert.Equal(["A", "B"], merged["tags"]!.AsArray().Select(t => t!["name"]!.GetValue<string>()));
    }

    [Fact]
    public void Two_services_cannot_have_the_same_operation()
    {
        var document = Document("/api/v1/a", "Item", []);

        Assert.Throws<InvalidOperationException>(() => OpenApiMerger.Merge([("query", document), ("alert", document)]));
    }

    private static JsonObject Document(string path, string schema, JsonObject schemas) => new()
    {
        ["paths"] = new JsonObject
        {
            [path] = new JsonObject
            {
                ["get"] = new JsonObject { ["tags"] = new JsonArray("A"), ["schema"] = Reference(schema) },
            },
        },
        ["components"] = new JsonObject { ["schemas"] = schemas },
    };

    private static JsonObject Reference(string schema) => new() { ["$ref"] = "#/components/schemas/" + schema };
}
