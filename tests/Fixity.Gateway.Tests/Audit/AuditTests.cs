using System.Net;
using System.Text.Json;
using Fixity.ServiceDefaults.Identity;
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

    // The last row is written when its answer is out already.
    private async Task EventuallyAsync(long count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await gateway.Database.ScalarAsync<long>("select count(*) from gateway.audit_log") < count)
        {
            await Task.Delay(20, patience.Token);
        }
    }

    private static async Task<List<JsonElement>> ListAsync(Browser browser)
    {
        var entries = new List<JsonElement>();
        string? cursor = null;
        do
        {
            using var answer = await browser.Http.GetAsync($"/api/v1/audit?limit=4&cursor={cursor}");
            var page = await answer.JsonAsync();
            entries.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);

        return entries;
    }
}
