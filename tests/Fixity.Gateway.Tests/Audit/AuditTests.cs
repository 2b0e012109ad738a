using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Fixity.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Fixity.Gateway.Tests.Audit;

[Trait("Category", "Database")]
public sealed class AuditTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    [Fact]
    public async Task Who_did_what_from_where_is_listed_newest_first()
    {
        await gateway.ForgetUsersAsync();
        var browser = gateway.NewBrowser();
        using var setup = await browser.SetUpAsync(GatewayFixture.SetupToken, "ada");
        using var bad = await gateway.NewBrowser().LogInAsync("ada", "not her password");
        using var good = await gateway.NewBrowser().LogInAsync("ada");
        using var user = await browser.SendAsync(
            HttpMethod.Post, "/api/v1/users", new { username = "otto", password = GatewayFixture.Password, role = "viewer" });
        using var token = await browser.SendAsync(HttpMethod.Post, "/api/v1/tokens", new { name = "t", role = "viewer" });
        using var read = await browser.Http.GetAsync("/api/v1/targets/1");
        using var scan = await browser.SendAsync(HttpMethod.Post, "/api/v1/targets/1/scans", new { });
        await EventuallyAsync(6);

        var entries = await ListAsync(browser);

        Assert.Equal(
            ["post", "token-created", "user-created", "sign-in", "sign-in-failed", "setup"],
            entries.Select(e => e.GetProperty("action").GetString()));
        Assert.All(entries, e => Assert.Equal("ada", e.GetProperty("actor").GetString()));
        Assert.All(entries, e => Assert.Equal("127.0.0.1", e.GetProperty("address").GetString()));
        Assert.Equal("/api/v1/targets/1/scans", entries[0].GetProperty("object").GetString());
        Assert.Equal("scheduler", entries[0].GetProperty("details").GetProperty("service").GetString());
        var all = JsonSerializer.Serialize(entries);
        Assert.DoesNotContain(GatewayFixture.Password, all, StringComparison.Ordinal);
        Assert.DoesNotContain("fxt_", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_gateway_cannot_rewrite_it()
    {
        await using var data = gateway.Database.DataSourceAs("fixity_gateway");
        foreach (var sql in new[] { "update gateway.audit_log set actor = 'eve'", "delete from gateway.audit_log" })
        {
            await using var command = data.CreateCommand(sql);
            var refusal = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
        }
    }

    [Fact]
    public async Task What_the_service_has_to_say_of_a_change_is_recorded_and_not_passed_on()
    {
        gateway.Upstream.Handlers["/api/v1/targets/8"] = context =>
        {
            context.Response.AddAuditNote(AuditNote.Changed(
                "target-changed", "target 8", new Named("old", "s3cret"), new Named("neu ☃", "t0ps3cret"),
                "credentials of target 8 set: stored"));
            return Task.CompletedTask;
        };
        var browser = await gateway.SignInAsAsync(Roles.Admin);

        using var answer = await browser.SendAsync(HttpMethod.Put, "/api/v1/targets/8", new { });

        Assert.False(answer.Headers.Contains(AuditNote.Header));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        List<JsonElement> entries;
        do
        {
            // Recorded once the answer is out.
            await Task.Delay(20, patience.Token);
            entries = await ListAsync(browser, "action=target-changed&object=target%208");
        }
        while (entries.Count == 0);

        var details = Assert.Single(entries).GetProperty("details");
        Assert.Equal("credentials of target 8 set: stored", details.GetProperty("note").GetString());
        Assert.Equal("/api/v1/targets/8", details.GetProperty("path").GetString());
        Assert.Equal("old", details.GetProperty("before").GetProperty("name").GetString());
        Assert.Equal("***", details.GetProperty("before").GetProperty("password").GetString());
        Assert.Equal("neu ☃", details.GetProperty("after").GetProperty("name").GetString());
        Assert.DoesNotContain("s3cret", details.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_note_is_kept_as_the_text_that_it_is()
    {
        gateway.Upstream.Handlers["/api/v1/targets/18"] = context =>
        {
            context.Response.Headers[AuditNote.Header] = "credentials of target 18 set: stored";
            return Task.CompletedTask;
        };
        var browser = await gateway.SignInAsAsync(Roles.Admin);

        using var answer = await browser.SendAsync(HttpMethod.Put, "/api/v1/targets/18", new { });

        string? note = null;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (note is null)
        {
            await Task.Delay(20, patience.Token);
            note = await gateway.Database.ScalarAsync<string>(
                "select details ->> 'note' from gateway.audit_log where object = '/api/v1/targets/18' and action = 'put'");
        }

        Assert.Equal("credentials of target 18 set: stored", note);
    }

    [Fact]
    public async Task What_a_service_refused_is_no_change()
    {
        gateway.Upstream.Handlers["/api/v1/targets/9"] = context =>
        {
            context.Response.StatusCode = 409;
            return Task.CompletedTask;
        };
        var browser = await gateway.SignInAsAsync(Roles.Admin);

        using var answer = await browser.SendAsync(HttpMethod.Delete, "/api/v1/targets/9");

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Equal(0, await gateway.Database.ScalarAsync<long>(
            "select count(*) from gateway.audit_log where object = '/api/v1/targets/9'"));
    }

    [Fact]
    public async Task A_change_whose_client_left_before_the_answer_is_carried_through_and_recorded()
    {
        const string Path = "/api/v1/targets/21/scans";
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        gateway.Upstream.Handlers[Path] = async context =>
        {
            arrived.SetResult();
            await left.Task.WaitAsync(context.RequestAborted);
            context.Response.StatusCode = StatusCodes.Status202Accepted;
        };
        var browser = await gateway.SignInAsAsync(Roles.Admin);
        using var leave = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, Path);
        request.Headers.Add("X-CSRF-Token", browser.CsrfToken);

        var asking = browser.Http.SendAsync(request, leave.Token);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        left.SetResult();

        Assert.Equal("202", await RecordedAsync(Path, "status", "details ->> 'status' is not null"));
    }

    [Theory]
    [InlineData(22, true)]
    [InlineData(23, false)]
    public async Task A_change_whose_answer_broke_is_recorded_with_an_unknown_outcome(int target, bool inTheBody)
    {
        var path = $"/api/v1/targets/{target}/scans";
        gateway.Upstream.Handlers[path] = async context =>
        {
            if (inTheBody)
            {
                await context.Response.WriteAsync("{\"id\":");
                await context.Response.Body.FlushAsync();
            }

            context.Abort();
        };
        var browser = await gateway.SignInAsAsync(Roles.Admin);

        try
        {
            using var answer = await browser.SendAsync(HttpMethod.Post, path, new { });
            Assert.False(answer.IsSuccessStatusCode);
        }
        catch (HttpRequestException) when (inTheBody)
        {
            // The answer was cut, as it came.
        }

        // A reset may overtake what was sent before it: then the gateway has not seen the answer begin either.
        string[] possible = inTheBody ? ["ResponseBodyDestination", "Request"] : ["Request"];
        Assert.Contains(await OutcomeAsync(path), possible);
    }

    [Fact]
    public async Task What_never_reached_a_service_is_no_change()
    {
        var name = await gateway.AddUserAsync(Roles.Admin);
        // A port on which nobody listens: taken and given back.
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        var nobody = new Uri($"http://{socket.LocalEndpoint}");
        socket.Stop();

        foreach (var services in new[] { nobody, null })
        {
            var browser = gateway.NewBrowser(gateway.Start(services).ClientOptions.BaseAddress);
            using var login = await browser.LogInAsync(name);
            using var answer = await browser.SendAsync(HttpMethod.Post, "/api/v1/targets/24/scans", new { });

            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        }

        Assert.Equal(0, await gateway.Database.ScalarAsync<long>(
            "select count(*) from gateway.audit_log where object = '/api/v1/targets/24/scans'"));
    }

    /// <summary>Of the one row about this path, which has no status.</summary>
    private Task<string> OutcomeAsync(string path) => RecordedAsync(path, "outcome", "details -> 'status' = 'null'");

    private async Task<string> RecordedAsync(string path, string detail, string condition)
    {
        var rows = $"from gateway.audit_log where object = '{path}' and {condition}";
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await gateway.Database.ScalarAsync<long>($"select count(*) {rows}") == 0)
        {
            await Task.Delay(20, patience.Token);
        }

        return (await gateway.Database.ScalarAsync<string>($"select details ->> '{detail}' {rows}"))!;
    }

    // The last row is written when its answer is out already.
    private async Task EventuallyAsync(long count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await gateway.Database.ScalarAsync<long>("select count(*) from gateway.audit_log") < count)
        {
            await Task.Delay(20, patience.Token);
        }
    }

    private static async Task<List<JsonElement>> ListAsync(Browser browser, string filter = "")
    {
        var entries = new List<JsonElement>();
        string? cursor = null;
        do
        {
            using var answer = await browser.Http.GetAsync($"/api/v1/audit?limit=4&cursor={cursor}&{filter}");
            var page = await answer.JsonAsync();
            entries.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);

        return entries;
    }

    private sealed record Named(string Name, string Password);
}
