using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fixity.Alert.Webhooks;
using Fixity.ServiceDefaults.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.Alert.Tests.Webhooks;

[Trait("Category", "Database")]
public sealed class WebhookSettingsTests : AlertTest
{
    private const string Url = "https://example.org/hook";

    private static readonly string[] Absent = ["template", "mail", "disabledAt", "disabledReason", "lastAttempt"];
    private static readonly string[] To = ["t@b.example"];

    [Fact]
    public async Task A_new_webhook_is_told_in_digests_of_everything()
    {
        using var admin = Service().CreateClientAs(Roles.Admin);

        var webhook = await SaveAsync(admin, new { name = "ops", url = Url });

        Assert.Equal(
            ("http", "fixity", "digest", "info", 0, 0, 0),
            (webhook.GetProperty("channel").GetString(), webhook.GetProperty("format").GetString(),
                webhook.GetProperty("mode").GetString(), webhook.GetProperty("minSeverity").GetString(),
                webhook.GetProperty("targets").GetArrayLength(), webhook.GetProperty("paths").GetArrayLength(),
                webhook.GetProperty("headers").GetArrayLength()));
        Assert.Equal("""{"pending":0,"oldestAt":null,"gathering":0,"folded":0}""", webhook.GetProperty("backlog").GetRawText());
        Assert.All(
            Absent,
            member => Assert.Equal(JsonValueKind.Null, webhook.GetProperty(member).ValueKind));
    }

    [Theory]
    [InlineData("channel", """{"channel": "pigeon"}""")]
    [InlineData("format", """{"format": "mail"}""")]
    [InlineData("url", """{"channel": "smtp", "mail": {"from": "a@b.example", "to": ["c@d.example"]}}""")]
    [InlineData("url", """{"channel": "syslog", "url": "syslogs://log.example/path"}""")]
    [InlineData("format", """{"channel": "syslog", "url": "syslogs://log.example", "format": "slack"}""")]
    [InlineData("template", """{"format": "template"}""")]
    [InlineData("template", """{"template": "{{title}}"}""")]
    [InlineData("template", """{"format": "template", "template": "{{title}} \u0000"}""")]
    [InlineData("targets", """{"targets": [0]}""")]
    [InlineData("paths", """{"paths": ["a//b"]}""")]
    [InlineData("paths", """{"paths": [""]}""")]
    [InlineData("headers", """{"headers": {"X-Key": "a\r\nX-Other: b"}}""")]
    [InlineData("headers", """{"headers": {"X-Key": "ü"}}""")]
    [InlineData("headers", """{"headers": {"X Key": "a"}}""")]
    [InlineData("headers", """{"headers": {"X-Key:": "a"}}""")]
    [InlineData("headers", """{"headers": {"host": "a"}}""")]
    [InlineData("headers", """{"headers": {"content-length": "1"}}""")]
    [InlineData("headers", """{"headers": {"X-Signature": "a"}}""")]
    [InlineData("headers", """{"headers": {"x-fixity-event": "a"}}""")]
    [InlineData("headers", """{"headers": {"transfer-encoding": "chunked"}}""")]
    [InlineData("headers", """{"headers": {"X-Key": "a", "x-key": "b"}}""")]
    [InlineData("headers", """{"headers": {"X-Key": null}}""")]
    [InlineData("mail", """{"channel": "smtp", "url": "smtp://mail.example"}""")]
    [InlineData("mail", """{"mail": {"from": "a@b.example", "to": ["c@d.example"]}}""")]
    [InlineData("mail", """{"channel": "smtp", "url": "smtp://mail.example", "mail": {"from": "a@b.example", "to": []}}""")]
    [InlineData("mail", """{"channel": "smtp", "url": "smtp://mail.example", "mail": {"from": "a@b.example", "to": ["x@y.example>\r\nDATA"]}}""")]
    [InlineData("mail", """{"channel": "smtp", "url": "smtp://mail.example", "mail": {"from": "Some <a@b.example>", "to": ["c@d.example"]}}""")]
    [InlineData("mail", """{"channel": "smtp", "url": "smtp://mail.example", "mail": {"from": "a@b.example", "to": ["c@d.example"], "security": "tls"}}""")]
    [InlineData("mail", """{"channel": "smtp", "url": "smtp://mail.example", "mail": {"from": "a@b.example", "to": ["c@d.example"], "userName": "u"}}""")]
    [InlineData("mail", """{"channel": "smtp", "url": "smtp://mail.example", "mail": {"from": "a@b.example", "to": ["c@d.example"], "security": "none", "userName": "u", "password": "p"}}""")]
    public async Task A_wrong_setting_is_refused_and_its_field_named(string field, string json)
    {
        using var admin = Service().CreateClientAs(Roles.Admin);
        var request = JsonNode.Parse(json)!.AsObject();
        request["name"] = "ops";
        request["url"] ??= Url;

        using var response = await admin.PostAsJsonAsync("/api/v1/webhooks", request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        // A word that is none of an enumeration is refused by whoever reads the body.
        Assert.Contains(field, problem.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(0, await Database.ScalarAsync<long>("select count(*) from alert.webhooks"));
    }

    [Fact]
    public async Task Headers_are_kept_by_name_dropped_when_not_named_and_their_values_never_shown()
    {
        var service = Service();
        using var admin = service.CreateClientAs(Roles.Admin);
        var created = await SaveAsync(admin, new
        {
            name = "ops",
            url = Url,
            headers = new Dictionary<string, string?> { ["Authorization"] = "Bearer word1", ["X-Key"] = "word2" },
        });
        var id = created.GetProperty("id").GetInt32();
        Assert.DoesNotContain("word1", created.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(0, await Database.ScalarAsync<int>("select position('word1'::bytea in sealed_headers) from alert.webhooks"));

        // Nothing said of headers: all stay, as long as it is the same server.
        await SaveAsync(admin, new { name = "ops", url = Url + "/2" }, id);
        Assert.Equal(["Authorization=Bearer word1", "X-Key=word2"], await HeadersAsync(service, id));

        await SaveAsync(admin, new
        {
            name = "ops",
            url = Url,
            headers = new Dictionary<string, string?> { ["Authorization"] = null, ["X-New"] = "word3" },
        }, id);
        Assert.Equal(["Authorization=Bearer word1", "X-New=word3"], await HeadersAsync(service, id));

        var shown = await SaveAsync(admin, new { name = "ops", url = Url, headers = new Dictionary<string, string?>() }, id);
        Assert.Equal(0, shown.GetProperty("headers").GetArrayLength());
        Assert.Empty(await HeadersAsync(service, id));
    }

    [Fact]
    public async Task What_was_kept_unseen_is_not_sent_to_another_server()
    {
        using var admin = Service().CreateClientAs(Roles.Admin);
        var id = (await SaveAsync(admin, new
        {
            name = "ops",
            url = Url,
            headers = new Dictionary<string, string?> { ["Authorization"] = "Bearer word1" },
        })).GetProperty("id").GetInt32();

        using var refused = await admin.PutAsJsonAsync($"/api/v1/webhooks/{id}", new { name = "ops", url = "https://evil.example/hook" });

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("headers", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await SaveAsync(admin, new
        {
            name = "ops",
            url = "https://other.example/hook",
            headers = new Dictionary<string, string?> { ["Authorization"] = "Bearer word4" },
        }, id);
    }

    [Theory]
    [InlineData("slack", "https://evil.example/hook")]
    [InlineData("slack", Url)]
    [InlineData("pagerduty", "https://evil.example/hook")]
    public async Task A_secret_that_was_kept_unseen_is_not_sent_as_a_routing_key(string before, string url)
    {
        var service = Service();
        using var admin = service.CreateClientAs(Roles.Admin);
        var id = (await SaveAsync(admin, new { name = "ops", url = Url, format = before, secret = Secret })).GetProperty("id").GetInt32();
        var request = new { name = "ops", url, format = "pagerduty" };

        using var refused = await admin.PutAsJsonAsync($"/api/v1/webhooks/{id}", request);
        using var tried = await admin.PostAsJsonAsync("/api/v1/webhooks/test", new { id, webhook = request });
        using var made = await admin.PostAsJsonAsync("/api/v1/webhooks", request);

        foreach (var response in new[] { refused, tried, made })
        {
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Contains("routing key", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        // By way of another format neither: its first step changes where, its second as what.
        await SaveAsync(admin, new { name = "ops", url, format = "fixity" }, id);
        using var second = await admin.PutAsJsonAsync($"/api/v1/webhooks/{id}", request);
        Assert.Equal(HttpStatusCode.BadRequest, second.StatusCode);
        await SaveAsync(admin, new { name = "ops", url, format = "pagerduty", secret = Secret + "2" }, id);
        await SaveAsync(admin, request with { name = "pager" }, id);
    }

    [Fact]
    public async Task A_mail_keeps_its_password_while_there_is_a_user_name_and_never_shows_it()
    {
        var service = Service();
        using var admin = service.CreateClientAs(Roles.Admin);
        var created = await SaveAsync(admin, Mail(new { from = "f@a.example", to = To, userName = "u", password = "word5" }));
        var id = created.GetProperty("id").GetInt32();
        Assert.Equal("mail", created.GetProperty("format").GetString());
        Assert.Equal(
            """{"from":"f@a.example","to":["t@b.example"],"security":"starttls","userName":"u","hasPassword":true}""",
            created.GetProperty("mail").GetRawText());

        await SaveAsync(admin, Mail(new { from = "g@a.example", to = To, userName = "u2" }), id);
        var destination = (await service.Services.GetRequiredService<WebhookStore>().FindDestinationAsync(id, CancellationToken.None))!;
        Assert.Equal(
            ("g@a.example", "u2", "word5"),
            (destination.Mail!.From, destination.Mail.UserName,
                service.Services.GetRequiredService<WebhookSecrets>().OpenPassword(id, destination.SealedPassword!)));

        var without = await SaveAsync(admin, Mail(new { from = "g@a.example", to = To }), id);
        Assert.False(without.GetProperty("mail").GetProperty("hasPassword").GetBoolean());
        Assert.True(await Database.ScalarAsync<bool>("select sealed_password is null from alert.webhooks"));
    }

    [Fact]
    public async Task Enabled_again_a_webhook_is_no_longer_disabled_by_the_service()
    {
        using var admin = Service().CreateClientAs(Roles.Admin);
        var id = (await SaveAsync(admin, new { name = "ops", url = Url })).GetProperty("id").GetInt32();
        await Database.ExecuteAsync("update alert.webhooks set enabled = false, disabled_at = now(), disabled_reason = 'It answered 410.'");

        var still = await SaveAsync(admin, new { name = "ops", url = Url, enabled = false }, id);
        Assert.Equal("It answered 410.", still.GetProperty("disabledReason").GetString());
        var again = await SaveAsync(admin, new { name = "ops", url = Url }, id);
        Assert.Equal(JsonValueKind.Null, again.GetProperty("disabledAt").ValueKind);
        Assert.Equal(JsonValueKind.Null, again.GetProperty("disabledReason").ValueKind);
    }

    private static object Mail(object mail) => new { name = "ops", channel = "smtp", url = "smtp://mail.example:587", mail };

    private static async Task<JsonElement> SaveAsync(HttpClient admin, object request, int? id = null)
    {
        using var response = id is null
            ? await admin.PostAsJsonAsync("/api/v1/webhooks", request)
            : await admin.PutAsJsonAsync($"/api/v1/webhooks/{id}", request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonElement.Parse(text);
    }

    private static async Task<IReadOnlyList<string>> HeadersAsync(Fixity.Testing.Services.ServiceApplication<Program> service, int id)
    {
        var destination = await service.Services.GetRequiredService<WebhookStore>().FindDestinationAsync(id, CancellationToken.None);
        return [.. service.Services.GetRequiredService<WebhookSecrets>().OpenHeaders(id, destination!.SealedHeaders)
            .Select(header => $"{header.Key}={header.Value}").Order(StringComparer.Ordinal)];
    }
}
