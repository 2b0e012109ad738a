using System.Text.Json.Nodes;

namespace Fixity.Gateway.Tests.OpenApi;

public sealed class ApiComparisonTests
{
    private const string Document = """
        {
          "paths": {
            "/a": {
              "get": {
                "security": [{}], "x-fixity-role": "viewer",
                "parameters": [
                  { "name": "q", "in": "query", "schema": { "type": ["null", "string"] } },
                  { "name": "limit", "in": "query", "schema": { "type": "number" } }
                ],
                "responses": {
                  "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Item" } } } },
                  "404": { "content": { "application/problem+json": { "examples": { "item-not-found": {} } } } }
                }
              },
              "put": {
                "security": [{}], "x-fixity-role": "operator",
                "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Wish" } } } },
                "responses": { "204": {} }
              }
            }
          },
          "components": {
            "schemas": {
              "Item": {
                "type": "object",
                "required": ["id", "state"],
                "properties": {
                  "id": { "type": "integer" },
                  "at": { "type": "string", "format": "date-time" },
                  "state": { "$ref": "#/components/schemas/State" },
                  "parts": { "type": "array", "items": { "$ref": "#/components/schemas/Item" } }
                }
              },
              "Wish": {
                "type": "object",
                "required": ["name"],
                "properties": { "name": { "type": ["null", "string"] }, "state": { "$ref": "#/components/schemas/State" } }
              },
              "State": { "enum": ["good", "bad"] }
            }
          }
        }
        """;

    [Fact]
    public void The_same_description_breaks_nothing() => Assert.Empty(ApiComparison.Breaks(Read(), Read()));

    [Theory]
    [InlineData("paths./a.put", null, "PUT /a: removed")]
    [InlineData("paths./a.get.responses.200", null, "GET /a 200: removed")]
    [InlineData("paths./a.get.parameters", "[]", "GET /a ?limit: removed|GET /a ?q: removed")]
    [InlineData("paths./a.get.x-fixity-role", "\"admin\"", "GET /a: asks for the role admin")]
    [InlineData("paths./a.get.responses.404.content.application/problem+json.examples.item-not-found", null,
        "GET /a 404 problem item-not-found: removed")]
    [InlineData("components.schemas.Item.properties.id", null, "Item (answered).id: removed")]
    [InlineData("components.schemas.Item.properties.id", """{ "type": ["null", "integer"] }""", "Item (answered).id: may be null")]
    [InlineData("components.schemas.Item.properties.id", """{ "type": "string" }""", "Item (answered).id: may be string")]
    [InlineData("components.schemas.Item.properties.at.format", null, "Item (answered).at: of the format none")]
    [InlineData("components.schemas.Item.required", """["id"]""", "Item (answered).state: may be absent")]
    [InlineData("components.schemas.Wish.properties.name", """{ "type": "string" }""", "Wish (sent).name: may no longer be null")]
    [InlineData("components.schemas.Wish.properties.name", null, "Wish (sent).name: removed")]
    [InlineData("components.schemas.Wish.required", """["name", "state"]""", "Wish (sent).state: required")]
    [InlineData("components.schemas.State.enum", """["good"]""", "State (answered): no longer 'bad'|State (sent): no longer 'bad'")]
    public void What_a_client_would_stumble_over_is_found(string place, string? value, string expected)
    {
        var after = Read();
        Set(after, place, value);

        Assert.Equal(expected.Split('|'), ApiComparison.Breaks(Read(), after));
    }

    [Theory]
    [InlineData("paths./b", """{ "get": { "responses": {} } }""")]
    [InlineData("components.schemas.Item.properties.size", """{ "type": "integer" }""")]
    [InlineData("components.schemas.Wish.properties.size", """{ "type": "integer" }""")]
    [InlineData("components.schemas.Wish.required", "[]")]
    [InlineData("components.schemas.State.enum", """["good", "bad", "worse"]""")]
    [InlineData("components.schemas.Wish.properties.name", """{ "type": ["null", "string", "integer"] }""")]
    [InlineData("paths./a.put.x-fixity-role", "\"viewer\"")]
    public void What_is_added_breaks_nothing(string place, string value)
    {
        var after = Read();
        Set(after, place, value);

        Assert.Empty(ApiComparison.Breaks(Read(), after));
    }

    private static JsonObject Read() => JsonNode.Parse(Document)!.AsObject();

    private static void Set(JsonObject document, string place, string? value)
    {
        var names = place.Split('.');
        var parent = names[..^1].Aggregate((JsonNode)document, (within, name) => within[name]!).AsObject();
        parent.Remove(names[^1]);
        if (value is not null)
        {
            parent[names[^1]] = JsonNode.Parse(value);
        }
    }
}
