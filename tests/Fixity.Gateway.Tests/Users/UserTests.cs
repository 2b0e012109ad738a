using System.Net;
using Fixity.ServiceDefaults.Identity;

namespace Fixity.Gateway.Tests.Users;

[Trait("Category", "Database")]
public sealed class UserTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    [Fact]
    public async Task A_user_is_made_listed_changed_and_removed()
    {
        await gateway.ForgetUsersAsync();
        var admin = await gateway.SignInAsAsync(Roles.Admin, "ada");

        using var made = await admin.SendAsync(
            HttpMethod.Post, "/api/v1/users", new { username = "Otto", password = GatewayFixture.Password, role = "operator" });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var id = (await made.JsonAsync()).GetProperty("id").GetInt32();
        using var taken = await admin.SendAsync(
            HttpMethod.Post, "/api/v1/users", new { username = "oTTO", password = GatewayFixture.Password, role = "viewer" });
        await taken.AssertProblemAsync(HttpStatusCode.Conflict, "username-taken");

        using var first = await admin.Http.GetAsync("/api/v1/users?limit=1");
        var page = await first.JsonAsync();
        Assert.Equal("ada", Assert.Single(page.GetProperty("items").EnumerateArray()).GetProperty("username").GetString());
        using var second = await admin.Http.GetAsync($"/api/v1/users?limit=1&cursor={page.GetProperty("nextCursor").GetString()}");
        var rest = await second.JsonAsync();
        Assert.Equal("Otto", Assert.Single(rest.GetProperty("items").EnumerateArray()).GetProperty("username").GetString());
        Assert.Null(rest.GetProperty("nextCursor").GetString());

        var otto = gateway.NewBrowser();
        using var login = await otto.LogInAsync("otto");
        Assert.Equal(HttpStatusCode.OK, login.StatusCode);
        using var disabled = await admin.SendAsync(HttpMethod.Put, $"/api/v1/users/{id}", new { role = "operator", disabled = true });
        Assert.True((await disabled.JsonAsync()).GetProperty("disabled").GetBoolean());
        using var asOtto = await otto.Http.GetAsync("/api/v1/targets");
        Assert.Equal(HttpStatusCode.Unauthorized, asOtto.StatusCode);

        using var removed = await admin.SendAsync(HttpMethod.Delete, $"/api/v1/users/{id}");
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        using var again = await admin.SendAsync(HttpMethod.Delete, $"/api/v1/users/{id}");
        await again.AssertProblemAsync(HttpStatusCode.NotFound, "user-not-found");
    }

    [Fact]
    public async Task A_changed_role_ends_what_was_begun_in_the_one_before()
    {
        var admin = await gateway.SignInAsAsync(Roles.Admin);
        var name = await gateway.AddUserAsync(Roles.Operator);
        var browser = gateway.NewBrowser();
        using var login = await browser.LogInAsync(name);
        var id = await gateway.Database.ScalarAsync<int>($"select id from gateway.users where username = '{name}'");

        using var changed = await admin.SendAsync(HttpMethod.Put, $"/api/v1/users/{id}", new { role = "viewer", disabled = false });
        using var scan = await browser.SendAsync(HttpMethod.Post, "/api/v1/scan/now");

        await scan.AssertProblemAsync(HttpStatusCode.Unauthorized, "not-signed-in");
        using var again = await browser.LogInAsync(name);
        using var asViewer = await browser.SendAsync(HttpMethod.Post, "/api/v1/scan/now");
        await asViewer.AssertProblemAsync(HttpStatusCode.Forbidden, "not-allowed");

        using var same = await admin.SendAsync(HttpMethod.Put, $"/api/v1/users/{id}", new { role = "viewer", disabled = false });
        using var targets = await browser.Http.GetAsync("/api/v1/targets");
        Assert.Equal(HttpStatusCode.OK, targets.StatusCode);
    }

    [Fact]
    public async Task The_last_enabled_administrator_stays()
    {
        await gateway.ForgetUsersAsync();
        var admin = await gateway.SignInAsAsync(Roles.Admin, "last");
        await gateway.AddUserAsync(Roles.Admin, "asleep");
        await gateway.Database.ExecuteAsync("update gateway.users set disabled_at = now() where username = 'asleep'");
        var id = await gateway.Database.ScalarAsync<int>("select id from gateway.users where username = 'last'");

        using var removed = await admin.SendAsync(HttpMethod.Delete, $"/api/v1/users/{id}");
        using var disabled = await admin.SendAsync(HttpMethod.Put, $"/api/v1/users/{id}", new { role = "admin", disabled = true });
        using var demoted = await admin.SendAsync(HttpMethod.Put, $"/api/v1/users/{id}", new { role = "viewer", disabled = false });

        foreach (var answer in new[] { removed, disabled, demoted })
        {
            await answer.AssertProblemAsync(HttpStatusCode.Conflict, "last-admin");
        }
    }

    [Fact]
    public async Task Two_administrators_who_demote_each_other_at_once_leave_one()
    {
        for (var round = 0; round < 5; round++)
        {
            await gateway.ForgetUsersAsync();
            var one = await gateway.SignInAsAsync(Roles.Admin, "one");
            var two = await gateway.SignInAsAsync(Roles.Admin, "two");

            using var first = one.SendAsync(HttpMethod.Put, "/api/v1/users/2", new { role = "viewer", disabled = false });
            using var second = two.SendAsync(HttpMethod.Put, "/api/v1/users/1", new { role = "viewer", disabled = false });
            await Task.WhenAll(first, second);

            Assert.Equal(1, await gateway.Database.ScalarAsync<long>("select count(*) from gateway.users where role = 'admin'"));
        }
    }

    [Theory]
    [InlineData("""{"username":"","password":"long enough indeed","role":"viewer"}""", "username")]
    [InlineData("""{"username":"token:x","password":"long enough indeed","role":"viewer"}""", "username")]
    [InlineData("""{"username":"bob","password":"short","role":"viewer"}""", "password")]
    [InlineData("""{"username":"robert sanders","password":"Robert Sanders","role":"viewer"}""", "password")]
    [InlineData("""{"username":"bob","password":"Password2026!","role":"viewer"}""", "password")]
    public async Task What_is_wrong_with_a_new_user_is_said(string body, string field)
    {
        var admin = await gateway.SignInAsAsync(Roles.Admin);

        using var answer = await admin.SendAsync(
            HttpMethod.Post, "/api/v1/users", System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(body));

        await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "validation");
        Assert.True((await answer.JsonAsync()).GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task A_role_that_does_not_exist_is_refused()
    {
        var admin = await gateway.SignInAsAsync(Roles.Admin);

        using var answer = await admin.SendAsync(
            HttpMethod.Post, "/api/v1/users", new { username = "bob", password = GatewayFixture.Password, role = "owner" });

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }
}
