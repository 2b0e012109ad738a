using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Fixity.Alert.Webhooks;
using Fixity.ServiceDefaults.Identity;

namespace Fixity.Alert.Tests.Webhooks.Trials;

[Trait("Category", "Database")]
public sealed class TrialEndpointsTests : AlertTest
{
    private const string Template = "{\"say\": \"{{title}}\"}";

    private static readonly string[] Damage = ["file.corrupted", "target.offline"];

    [Fact]
    public async Task Settings_that_are_not_saved_are_tried_with_a_sample_of_each_event_that_they_would_be_told()
    {
        await using var receiver = await Receiver.StartAsync();
        var report = await TryAsync(new
        {
            webhook = new
            {
                name = "chat",
                url = receiver.Url,
                format = "slack",
                minSeverity = "high",
                secret = Secret,
                headers = new Dictionary<string, string> { ["Authorization"] = "Bearer word" },
            },
        });

        Assert.True(report.GetProperty("delivered").GetBoolean());
        var told = report.GetProperty("samples").EnumerateArray().Select(sample => sample.GetProperty("event").GetString());
        Assert.Equal(
            ["file.corrupted", "file.tampered", "large_change.detected", "scan.failed", "target.offline"], told);
        Assert.Equal("5 of 5 samples arrived.", report.GetProperty("summary").GetString());
        Assert.Equal(5, receiver.Requests.Count);
        Assert.All(receiver.Requests, request =>
        {
            Assert.Equal("Bearer word", request.Headers["Authorization"]);
            Assert.Equal(EventTypes.Test, request.Headers["X-Fixity-Event"]);
            Assert.StartsWith("sha256=", request.Headers["X-Signature"], StringComparison.Ordinal);
            Assert.StartsWith("Test: ", JsonElement.Parse(request.Text).GetProperty("text").GetString(), StringComparison.Ordinal);
        });
        Assert.Equal(0, await Database.ScalarAsync<long>(
            "select (select count(*) from alert.webhooks) + (select count(*) from alert.webhook_deliveries)"));
    }

    [Fact]
    public async Task What_a_form_leaves_unsaid_is_the_saved_webhooks_and_stays_what_it_was()
    {
        await using var receiver = await Receiver.StartAsync();
        var service = Service();
        var id = await AddWebhookAsync(
            service, receiver.Url, new { headers = new Dictionary<string, string> { ["X-Key"] = "saved", ["X-Other"] = "too" } });
        using var admin = service.CreateClientAs(Roles.Admin);

        var report = await TryAsync(
            new
            {
                id,
                events = Damage,
                webhook = new
                {
                    name = "renamed",
                    url = receiver.Url,
                    format = "template",
                    template = Template,
                    headers = new Dictionary<string, string?> { ["X-Key"] = null, ["X-New"] = "given" },
                },
            },
            admin);

        Assert.Equal("2 of 2 samples arrived.", report.GetProperty("summary").GetString());
        var first = receiver.Requests.First();
        Assert.Equal(("saved", "given"), (first.Headers["X-Key"], first.Headers["X-New"]));
        Assert.False(first.Headers.ContainsKey("X-Other"));
        Assert.Equal(
            "Test: Sample archive: photos/2019/lake.jpg is corrupted: 512 bytes differ, its size and time do not",
            JsonElement.Parse(first.Text).GetProperty("say").GetString());
        var saved = await admin.GetFromJsonAsync<JsonElement>($"/api/v1/webhooks/{id}");
        Assert.Equal(("receiver", "fixity"), (saved.GetProperty("name").GetString(), saved.GetProperty("format").GetString()));
    }

    [Fact]
    public async Task A_saved_webhook_is_tried_with_one_message_and_told_what_happened_in_words()
    {
        var answers = new Queue<int>([200, 503, 404, 410]);
        await using var receiver = await Receiver.StartAsync(context =>
        {
            context.Response.StatusCode = answers.Dequeue();
            return Task.CompletedTask;
        });
        var service = Service();
        var id = await AddWebhookAsync(service, receiver.Url);
        using var admin = service.CreateClientAs(Roles.Admin);

        foreach (var (status, words) in new[]
        {
            (200, "It arrived: the receiver answered 200 after "), (503, "An alert would be sent again later."),
            (404, "An alert would not be sent again."), (410, "An alert would switch this webhook off."),
        })
        {
            var result = await TestAsync(admin, id);
            Assert.Equal(status, result.GetProperty("status").GetInt32());
            Assert.Contains(words, result.GetProperty("summary").GetString(), StringComparison.Ordinal);
            Assert.Equal(status == 200, result.GetProperty("delivered").GetBoolean());
        }

        Assert.Equal("io.fixity.test", JsonElement.Parse(receiver.Requests.First().Text).GetProperty("type").GetString());
        // A test is no delivery: 410 disabled nothing.
        Assert.True((await admin.GetFromJsonAsync<JsonElement>($"/api/v1/webhooks/{id}")).GetProperty("enabled").GetBoolean());
    }

    [Fact]
    public async Task Whom_nothing_reaches_is_not_tried_with_all_samples()
    {
        var report = await TryAsync(new { webhook = new { name = "nobody", url = "http://127.0.0.1:1/", secret = Secret } });

        var samples = report.GetProperty("samples").EnumerateArray().ToList();
        Assert.Equal(EventTypes.All.Count, samples.Count);
        Assert.False(report.GetProperty("delivered").GetBoolean());
        Assert.Contains("did not arrive", samples[0].GetProperty("summary").GetString(), StringComparison.Ordinal);
        Assert.All(samples.Skip(1), sample => Assert.StartsWith("It was not tried", sample.GetProperty("summary").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_guard_holds_for_tests_too()
    {
        await using var receiver = await Receiver.StartAsync();
        var service = Service(allowPrivate: false);
        using var admin = service.CreateClientAs(Roles.Admin);

        using var response = await admin.PostAsJsonAsync(
            "/api/v1/webhooks/test", new { webhook = new { name = "inside", url = receiver.Url } });

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("\"url\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(receiver.Requests);
    }

    [Theory]
    [InlineData("{}", "webhook")]
    [InlineData("""{"webhook": {"name": "x", "url": "ftp://x/"}}""", "url")]
    [InlineData("""{"webhook": {"name": "x", "url": "http://127.0.0.1/"}, "events": ["file.burnt"]}""", "events")]
    [InlineData("""{"webhook": {"name": "x", "url": "http://127.0.0.1/"}, "events": [null]}""", "events")]
    [InlineData("""{"webhook": {"name": "x", "url": "http://127.0.0.1/", "format": "template", "template": "{{tittle}}"}}""", "template")]
    [InlineData("""{"webhook": {"name": "x", "url": "http://127.0.0.1/", "headers": {"X-Key": null}}}""", "headers")]
    public async Task What_cannot_be_tried_is_said(string body, string field)
    {
        using var admin = Service().CreateClientAs(Roles.Admin);

        using var response = await admin.PostAsync(
            "/api/v1/webhooks/test", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Contains(field, problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Fact]
    public async Task Only_an_administrator_tries_and_only_what_there_is()
    {
        var service = Service();
        foreach (var role in new[] { Roles.Viewer, Roles.Operator })
        {
            using var client = service.CreateClientAs(role);
            using var refused = await client.PostAsJsonAsync("/api/v1/webhooks/test", new { id = 1 });
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        using var admin = service.CreateClientAs(Roles.Admin);
        using var missing = await admin.PostAsJsonAsync("/api/v1/webhooks/test", new { id = 9999 });
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    private async Task<JsonElement> TryAsync(object request, HttpClient? client = null)
    {
        client ??= Service().CreateClientAs(Roles.Admin);
        using var response = await client.PostAsJsonAsync("/api/v1/webhooks/test", request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return JsonElement.Parse(text);
    }
}
