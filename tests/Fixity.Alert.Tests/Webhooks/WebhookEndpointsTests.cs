using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fixity.ServiceDefaults.Identity;
using Fixity.Testing.OpenApi;

namespace Fixity.Alert.Tests.Webhooks;

[Trait("Category", "Database")]
public sealed class WebhookEndpointsTests : AlertTest
{
    private const string Url = "https://example.org/hook";

    private static readonly string[] FilesOnly = ["file.*"];

    [Fact]
    public async Task The_committed_OpenAPI_document_is_what_the_service_says_of_itself()
    {
        using var client = Service().CreateClientAs(Roles.Viewer);

        await CommittedDocument.AssertAsync(client, "services/Fixity.Alert/openapi.json");
    }

    [Fact]
    public async Task A_new_webhook_gets_the_defaults_and_a_generated_secret_that_no_later_answer_holds()
    {
        using var admin = Service().CreateClientAs(Roles.Admin);

        using var created = await admin.PostAsJsonAsync("/api/v1/webhooks", new { name = "ops", url = Url });

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var webhook = await created.Content.ReadFromJsonAsync<JsonElement>();
        var secret = webhook.GetProperty("secret").GetString()!;
        Assert.True(secret.Length >= 32);
        Assert.Equal(
            (true, 3, 60, 30, 0, 0),
            (webhook.GetProperty("enabled").GetBoolean(), webhook.GetProperty("retryAttempts").GetInt32(),
                webhook.GetProperty("retryBackoffSeconds").GetInt32(), webhook.GetProperty("timeoutSeconds").GetInt32(),
                webhook.GetProperty("backlog").GetProperty("pending").GetInt32(), webhook.GetProperty("failuresInARow").GetInt32()));
        Assert.Equal(JsonValueKind.Null, webhook.GetProperty("lastSuccessAt").ValueKind);

        var one = await admin.GetStringAsync(created.Headers.Location);
        var all = await admin.GetStringAsync("/api/v1/webhooks");
        Assert.DoesNotContain("secret", one + all, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, await Database.ScalarAsync<int>(
            $"select position('{secret}'::bytea in secret) from alert.webhooks"));
    }

    [Theory]
    [InlineData("name", "\"\"")]
    [InlineData("name", "\"   \"")]
    [InlineData("url", "\"ftp://example.org/\"")]
    [InlineData("url", "\"/relative\"")]
    [InlineData("url", "\"https://user:word@example.org/\"")]
    [InlineData("url", "\"javascript:alert(1)\"")]
    [InlineData("eventIncludes", "[\"file.burnt\"]")]
    [InlineData("eventIncludes", "[null]")]
    [InlineData("eventExcludes", "[\"file.added\", \"*\"]")]
    [InlineData("retryAttempts", "0")]
    [InlineData("retryAttempts", "21")]
    [InlineData("retryBackoffSeconds", "86401")]
    [InlineData("timeoutSeconds", "301")]
    [InlineData("secret", "\"fifteen letters\"")]
    public async Task A_wrong_value_is_refused_and_its_field_named(string field, string json)
    {
        using var admin = Service().CreateClientAs(Roles.Admin);
        var request = new JsonObject { ["name"] = "ops", ["url"] = Url };
        request[field] = JsonNode.Parse(json);

        using var response = await admin.PostAsJsonAsync("/api/v1/webhooks", request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("urn:fixity:problem:validation", problem.GetProperty("type").GetString());
        Assert.Equal(field, Assert.Single(problem.GetProperty("errors").EnumerateObject().ToList()).Name);
        Assert.Equal(0, await Database.ScalarAsync<long>("select count(*) from alert.webhooks"));
    }

    [Fact]
    public async Task Viewers_and_operators_look_and_only_an_administrator_changes_or_tests()
    {
        var service = Service();
        var id = await AddWebhookAsync(service, Url);
        using var nobody = service.CreateClient();
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("/api/v1/webhooks")).StatusCode);

        foreach (var role in new[] { Roles.Viewer, Roles.Operator })
        {
            using var client = service.CreateClientAs(role);
            var body = new { name = "x", url = Url };
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"/api/v1/webhooks/{id}")).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"/api/v1/webhooks/{id}/deliveries")).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await client.PostAsJsonAsync("/api/v1/webhooks", body)).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await client.PutAsJsonAsync($"/api/v1/webhooks/{id}", body)).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await client.DeleteAsync($"/api/v1/webhooks/{id}")).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await client.PostAsync($"/api/v1/webhooks/{id}/test", null)).StatusCode);
            Assert.Equal(
                HttpStatusCode.Forbidden,
                (await client.PostAsync($"/api/v1/deliveries/{Guid.NewGuid()}/resend", null)).StatusCode);
        }
    }

    [Fact]
    public async Task Only_an_administrator_sees_more_of_a_URL_than_its_host()
    {
        const string Whole = "https://hooks.example.org:8443/services/T0/B0/word?key=word";
        var service = Service();
        var id = await AddWebhookAsync(service, Whole);

        foreach (var (role, expected) in new[]
        {
            (Roles.Viewer, "https://hooks.example.org:8443/…"),
            (Roles.Operator, "https://hooks.example.org:8443/…"),
            (Roles.Admin, Whole),
        })
        {
            using var client = service.CreateClientAs(role);
            var one = await client.GetFromJsonAsync<JsonElement>($"/api/v1/webhooks/{id}");
            var all = await client.GetFromJsonAsync<JsonElement>("/api/v1/webhooks");
            Assert.Equal(expected, one.GetProperty("url").GetString());
            Assert.Equal(expected, Assert.Single(all.GetProperty("items").EnumerateArray().ToList()).GetProperty("url").GetString());
        }
    }

    [Fact]
    public async Task A_PUT_replaces_the_settings_and_keeps_the_secret_unless_one_is_given()
    {
        var service = Service();
        var id = await AddWebhookAsync(service, Url, new { retryAttempts = 7, eventIncludes = FilesOnly });
        var before = await Database.ScalarAsync<byte[]>("select secret from alert.webhooks");
        using var admin = service.CreateClientAs(Roles.Admin);

        using var response = await admin.PutAsJsonAsync(
            $"/api/v1/webhooks/{id}", new { name = "renamed", url = Url + "/2", enabled = false });

        var webhook = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("renamed", webhook.GetProperty("name").GetString());
        Assert.False(webhook.GetProperty("enabled").GetBoolean());
        Assert.Equal(3, webhook.GetProperty("retryAttempts").GetInt32());
        Assert.Equal(0, webhook.GetProperty("eventIncludes").GetArrayLength());
        Assert.Equal(before, await Database.ScalarAsync<byte[]>("select secret from alert.webhooks"));

        using var again = await admin.PutAsJsonAsync(
            $"/api/v1/webhooks/{id}", new { name = "renamed", url = Url, secret = "another secret, long enough" });

        Assert.DoesNotContain("another secret", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.NotEqual(before, await Database.ScalarAsync<byte[]>("select secret from alert.webhooks"));
    }

    [Fact]
    public async Task The_list_comes_in_pages_and_what_was_deleted_is_gone()
    {
        var service = Service();
        var ids = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add(await AddWebhookAsync(service, Url));
        }

        using var admin = service.CreateClientAs(Roles.Admin);
        var first = await admin.GetFromJsonAsync<JsonElement>("/api/v1/webhooks?limit=2");
        var second = await admin.GetFromJsonAsync<JsonElement>(
            $"/api/v1/webhooks?limit=2&cursor={first.GetProperty("nextCursor").GetString()}");

        Assert.Equal(
            ids,
            new[] { first, second }.SelectMany(p => p.GetProperty("items").EnumerateArray())
                .Select(w => w.GetProperty("id").GetInt32()));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("nextCursor").ValueKind);
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.GetAsync("/api/v1/webhooks?cursor=!")).StatusCode);

        Assert.Equal(HttpStatusCode.NoContent, (await admin.DeleteAsync($"/api/v1/webhooks/{ids[0]}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.GetAsync($"/api/v1/webhooks/{ids[0]}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.DeleteAsync($"/api/v1/webhooks/{ids[0]}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.GetAsync($"/api/v1/webhooks/{ids[0]}/deliveries")).StatusCode);
    }
}
