using System.Net;
using System.Text.Json;
using Fixity.ServiceDefaults.Identity;

namespace Fixity.Gateway.Tests.Tokens;

[Trait("Category", "Database")]
public sealed class PersonalTokenTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    [Fact]
    public async Task Anybody_makes_lists_and_revokes_his_own_and_sees_nobody_else_s()
    {
        var otto = await gateway.SignInAsAsync(Roles.Operator, "otto");
        var vera = await gateway.SignInAsAsync(Roles.Viewer, "vera");
        var (id, token) = await CreateAsync(otto, new { name = "laptop", role = "operator", kind = "personal" });
        await CreateAsync(vera, new { name = "phone", role = "viewer", kind = "personal" });

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(token, HttpMethod.Post, "/api/v1/scan/now"));
        var identity = gateway.Upstream.Requests.Last().Headers[CallerIdentity.Header].Single()!;
        Assert.Equal("otto token:laptop", CallerIdentity.Verify(
            identity, System.Text.Encoding.UTF8.GetBytes(Testing.Services.ServiceApplication<Program>.GatewayKey),
            gateway.Clock.GetUtcNow())?.Name);
        Assert.Equal(["laptop"], await NamesAsync(otto, ""));
        Assert.Equal(["phone"], await NamesAsync(vera, ""));
        using var others = await vera.SendAsync(HttpMethod.Delete, $"/api/v1/tokens/{id}");
        await others.AssertProblemAsync(HttpStatusCode.NotFound, "token-not-found");
        using var own = await otto.SendAsync(HttpMethod.Delete, $"/api/v1/tokens/{id}");
        Assert.Equal(HttpStatusCode.NoContent, own.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(token, HttpMethod.Post, "/api/v1/scan/now"));
    }

    [Fact]
    public async Task An_administrator_sees_all_and_his_own_where_he_asks_for_them()
    {
        var admin = await gateway.SignInAsAsync(Roles.Admin);
        var vera = await gateway.SignInAsAsync(Roles.Viewer);
        var name = Guid.NewGuid().ToString("N");
        await CreateAsync(vera, new { name = name + " vera", role = "viewer", kind = "personal" });
        await CreateAsync(admin, new { name = name + " service", role = "viewer" });
        await CreateAsync(admin, new { name = name + " admin", role = "admin", kind = "personal" });

        Assert.Equal(3, (await NamesAsync(admin, "?limit=200")).Count(n => n.StartsWith(name, StringComparison.Ordinal)));
        Assert.Equal([name + " admin"], await NamesAsync(admin, "?mine=true"));
    }

    [Theory]
    [InlineData("""{"name":"x","role":"admin","kind":"personal"}""", HttpStatusCode.BadRequest, "validation")]
    [InlineData("""{"name":"x","role":"viewer"}""", HttpStatusCode.Forbidden, "not-allowed")]
    [InlineData("""{"name":"x","role":"viewer","kind":"service"}""", HttpStatusCode.Forbidden, "not-allowed")]
    [InlineData("""{"name":"x","role":"viewer","kind":"personal","targets":[]}""", HttpStatusCode.BadRequest, "validation")]
    [InlineData("""{"name":"x","role":"viewer","kind":"personal","targets":[987654]}""", HttpStatusCode.BadRequest, "validation")]
    public async Task An_operator_makes_none_that_is_more_than_he_is(string body, HttpStatusCode status, string slug)
    {
        var browser = await gateway.SignInAsAsync(Roles.Operator);

        using var answer = await browser.SendAsync(
            HttpMethod.Post, "/api/v1/tokens", JsonSerializer.Deserialize<JsonElement>(body));

        await answer.AssertProblemAsync(status, slug);
    }

    [Fact]
    public async Task It_can_do_no_more_than_its_user_can_at_the_time()
    {
        var admin = await gateway.SignInAsAsync(Roles.Admin);
        var name = await gateway.AddUserAsync(Roles.Operator);
        var id = await IdAsync(name);
        var browser = gateway.NewBrowser();
        using var login = await browser.LogInAsync(name);
        var (_, token) = await CreateAsync(browser, new { name = "script", role = "operator", kind = "personal" });

        using var less = await admin.SendAsync(HttpMethod.Put, $"/api/v1/users/{id}", new { role = "viewer", disabled = false });
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(token, HttpMethod.Post, "/api/v1/scan/now"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(token, HttpMethod.Get, "/api/v1/targets"));

        // More than it was made for it never is.
        using var more = await admin.SendAsync(HttpMethod.Put, $"/api/v1/users/{id}", new { role = "admin", disabled = false });
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(token, HttpMethod.Get, "/api/v1/users"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(token, HttpMethod.Post, "/api/v1/scan/now"));
    }

    [Fact]
    public async Task Who_is_shut_out_leaves_no_token_behind()
    {
        var admin = await gateway.SignInAsAsync(Roles.Admin);
        var name = await gateway.AddUserAsync(Roles.Viewer);
        var id = await IdAsync(name);
        var browser = gateway.NewBrowser();
        using var login = await browser.LogInAsync(name);
        var (_, token) = await CreateAsync(browser, new { name = "script", role = "viewer", kind = "personal" });

        using var off = await admin.SendAsync(HttpMethod.Put, $"/api/v1/users/{id}", new { role = "viewer", disabled = true });
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(token, HttpMethod.Get, "/api/v1/targets"));
        using var on = await admin.SendAsync(HttpMethod.Put, $"/api/v1/users/{id}", new { role = "viewer", disabled = false });
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(token, HttpMethod.Get, "/api/v1/targets"));

        using var gone = await admin.SendAsync(HttpMethod.Delete, $"/api/v1/users/{id}");
        Assert.Equal(0, await gateway.Database.ScalarAsync<long>($"select count(*) from gateway.api_tokens where created_by = '{name}'"));
    }

    private Task<int> IdAsync(string name) =>
        gateway.Database.ScalarAsync<int>($"select id from gateway.users where username = '{name}'")!;

    private static async Task<string[]> NamesAsync(Browser browser, string query)
    {
        using var answer = await browser.Http.GetAsync("/api/v1/tokens" + query);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return [.. (await answer.JsonAsync()).GetProperty("items").EnumerateArray().Select(t => t.GetProperty("name").GetString()!)];
    }

    private static async Task<(int Id, string Token)> CreateAsync(Browser browser, object request)
    {
        using var answer = await browser.SendAsync(HttpMethod.Post, "/api/v1/tokens", request);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        var created = await answer.JsonAsync();
        return (created.GetProperty("id").GetInt32(), created.GetProperty("token").GetString()!);
    }

    private async Task<HttpStatusCode> StatusAsync(string token, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new("Bearer", token);
        using var answer = await gateway.NewNobody().SendAsync(request);
        return answer.StatusCode;
    }
}
