using System.Net;
using System.Text.Json.Nodes;
using Fixity.ServiceDefaults.Identity;

namespace Fixity.Gateway.Tests.OpenIdConnect;

[Trait("Category", "Database")]
public sealed class ProviderRoleTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>, IAsyncLifetime
{
    public Task InitializeAsync() => fixture.ResetAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("roles", """{"roles":"viewer"}""", "viewer")]
    [InlineData("roles", """{"roles":["x","viewer","admin","operator"]}""", "admin")]
    [InlineData("realm_access.roles", """{"realm_access":{"roles":["operator"]}}""", "operator")]
    [InlineData("https://fixity.example/roles", """{"https://fixity.example/roles":["operator"]}""", "operator")]
    [InlineData("a.b", """{"a.b":"viewer","a":{"b":"admin"}}""", "viewer")]
    [InlineData("roles", """{"roles":[]}""", null)]
    [InlineData("roles", """{"roles":["Admin","administrator"]}""", null)]
    [InlineData("roles", """{"roles":{"admin":true}}""", null)]
    [InlineData("roles", """{"roles":null}""", null)]
    [InlineData("realm_access.roles.more", """{"realm_access":{"roles":["operator"]}}""", null)]
    public async Task The_role_is_what_the_claim_says_wherever_it_stands(string claim, string claims, string? role)
    {
        var settings = fixture.Provider.Settings();
        settings["Gateway:OpenIdConnect:RoleClaim"] = claim;
        fixture.Provider.Claims = JsonNode.Parse(claims)!.AsObject();
        var browser = fixture.NewBrowser(fixture.StartGateway(settings));

        var place = await fixture.SignInAsync(browser, "/");

        Assert.Equal(role is null ? "/sign-in?failed=no-role" : "/", place);
        Assert.Equal(role, await fixture.Gateway.Database.ScalarAsync<string?>(
            "select (select role from gateway.users)"));
    }

    [Fact]
    public async Task Values_stand_for_roles_as_configured_and_a_role_s_name_no_longer_does()
    {
        var settings = fixture.Provider.Settings();
        settings["Gateway:OpenIdConnect:RoleClaim"] = "groups";
        settings["Gateway:OpenIdConnect:RoleMap:Admin:0"] = "CN=storage,DC=example";
        settings["Gateway:OpenIdConnect:RoleMap:Viewer:0"] = "everybody";
        var address = fixture.StartGateway(settings);

        foreach (var (groups, place) in new[]
        {
            (new JsonArray("everybody", "CN=storage,DC=example"), "/"), (new JsonArray("admin"), "/sign-in?failed=no-role"),
        })
        {
            fixture.Provider.Claims = new JsonObject { ["groups"] = groups };
            Assert.Equal(place, await fixture.SignInAsync(fixture.NewBrowser(address), "/"));
        }

        Assert.Equal("admin", await fixture.Gateway.Database.ScalarAsync<string>("select role from gateway.users"));
    }

    [Fact]
    public async Task Another_role_at_the_provider_ends_what_was_begun_in_the_one_before()
    {
        fixture.Provider.Claims = new JsonObject { ["roles"] = "admin" };
        var before = fixture.NewBrowser();
        await fixture.SignInAsync(before);
        fixture.Provider.Claims = new JsonObject { ["roles"] = "viewer", ["preferred_username"] = "olga.new" };

        var after = fixture.NewBrowser();
        await fixture.SignInAsync(after);

        using var old = await before.Http.GetAsync("/api/v1/targets");
        Assert.Equal(HttpStatusCode.Unauthorized, old.StatusCode);
        using var users = await after.Http.GetAsync("/api/v1/users");
        Assert.Equal(HttpStatusCode.Forbidden, users.StatusCode);
        Assert.Equal("olga.new viewer", await fixture.Gateway.Database.ScalarAsync<string>(
            "select username || ' ' || role from gateway.users"));
        Assert.Equal("admin", await fixture.Gateway.Database.ScalarAsync<string>(
            "select details->>'roleBefore' from gateway.audit_log where action = 'user-changed'"));
    }

    [Fact]
    public async Task A_name_makes_nobody_somebody_else()
    {
        await fixture.Gateway.AddUserAsync(Roles.Admin, "Olga");

        var place = await fixture.SignInAsync(fixture.NewBrowser(), "/");

        Assert.Equal("/sign-in?failed=name-taken", place);
        Assert.Equal(1, await fixture.Gateway.Database.ScalarAsync<long>("select count(*) from gateway.users"));
    }

    [Theory]
    [InlineData("""{"preferred_username":"token:x","email":null}""", null)]
    [InlineData("""{"preferred_username":"   "}""", null)]
    [InlineData("""{"preferred_username":null,"email":"o@example.org"}""", "o@example.org")]
    public async Task Who_has_no_usable_name_is_told_so(string claims, string? name)
    {
        fixture.Provider.Claims = JsonNode.Parse(claims)!.AsObject();

        var place = await fixture.SignInAsync(fixture.NewBrowser(), "/");

        Assert.Equal(name is null ? "/sign-in?failed=no-name" : "/", place);
        Assert.Equal(name, await fixture.Gateway.Database.ScalarAsync<string?>("select (select username from gateway.users)"));
    }

    [Fact]
    public async Task Whom_an_administrator_switched_off_the_provider_does_not_switch_on()
    {
        await fixture.SignInAsync(fixture.NewBrowser());
        await fixture.Gateway.AddUserAsync(Roles.Admin, "ada");
        var ada = fixture.NewBrowser();
        using var login = await ada.LogInAsync("ada");
        using var off = await ada.SendAsync(HttpMethod.Put, "/api/v1/users/1", new { role = "operator", disabled = true });
        Assert.Equal(HttpStatusCode.OK, off.StatusCode);

        Assert.Equal("/sign-in?failed=disabled", await fixture.SignInAsync(fixture.NewBrowser(), "/"));
    }

    [Fact]
    public async Task Who_comes_through_the_provider_has_no_password_here()
    {
        var browser = fixture.NewBrowser();
        await fixture.SignInAsync(browser);
        using var login = await fixture.NewBrowser().LogInAsync("olga", "a password of some length");
        await login.AssertProblemAsync(HttpStatusCode.Unauthorized, "invalid-credentials");

        using var changed = await browser.SendAsync(
            HttpMethod.Post, "/api/v1/auth/password", new { currentPassword = "", newPassword = "another long password" });
        await changed.AssertProblemAsync(HttpStatusCode.Conflict, "no-password");

        await fixture.Gateway.AddUserAsync(Roles.Admin, "ada");
        var ada = fixture.NewBrowser();
        using var asAda = await ada.LogInAsync("ada");
        using var given = await ada.SendAsync(
            HttpMethod.Put, "/api/v1/users/1", new { role = "operator", disabled = false, password = "another long password" });
        await given.AssertProblemAsync(HttpStatusCode.Conflict, "no-password");
    }
}
