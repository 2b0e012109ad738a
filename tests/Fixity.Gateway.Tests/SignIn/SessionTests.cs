using System.Net;
using Fixity.ServiceDefaults.Identity;

namespace Fixity.Gateway.Tests.SignIn;

[Trait("Category", "Database")]
public sealed class SessionTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    [Fact]
    public async Task A_session_ends_after_an_hour_without_a_request_and_not_before()
    {
        var browser = await gateway.SignInAsAsync(Roles.Viewer);

        gateway.Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser));
        gateway.Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser));
        gateway.Clock.Advance(TimeSpan.FromMinutes(60));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(browser));
    }

    [Fact]
    public async Task A_session_ends_as_soon_as_the_setting_says()
    {
        var browser = await gateway.SignInAsAsync(Roles.Viewer);
        await gateway.Database.ExecuteAsync(
            "insert into scheduler.settings (key, value) values ('session_timeout_minutes', '5')");
        try
        {
            gateway.Clock.Advance(TimeSpan.FromMinutes(4));
            await gateway.Settings.RefreshAsync(default);
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser));
            gateway.Clock.Advance(TimeSpan.FromMinutes(5));
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(browser));
        }
        finally
        {
            await gateway.Database.ExecuteAsync("delete from scheduler.settings");
            await gateway.Settings.RefreshAsync(default);
        }
    }

    [Fact]
    public async Task A_session_ends_after_twelve_hours_however_busy_it_is()
    {
        var browser = await gateway.SignInAsAsync(Roles.Viewer);

        for (var half = 1; half < 24; half++)
        {
            gateway.Clock.Advance(TimeSpan.FromMinutes(30));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser));
        }

        gateway.Clock.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(browser));
    }

    [Fact]
    public async Task Signing_in_changes_the_token_and_ends_the_session_that_was()
    {
        var name = await gateway.AddUserAsync(Roles.Viewer);
        var browser = gateway.NewBrowser();
        using var first = await browser.LogInAsync(name);
        var old = browser.Token!;
        using var second = await browser.LogInAsync(name);

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.NotEqual(old, browser.Token);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(WithToken(old)));
    }

    [Fact]
    public async Task Changing_the_password_ends_the_other_sessions_and_the_old_token()
    {
        var name = await gateway.AddUserAsync(Roles.Operator);
        var here = gateway.NewBrowser();
        var elsewhere = gateway.NewBrowser();
        using var one = await here.LogInAsync(name);
        using var two = await elsewhere.LogInAsync(name);
        var old = here.Token!;

        using var wrong = await here.SendAsync(
            HttpMethod.Post, "/api/v1/auth/password", new { currentPassword = "guessed it", newPassword = "another long password" });
        await wrong.AssertProblemAsync(HttpStatusCode.Forbidden, "wrong-password");
        using var changed = await here.SendAsync(
            HttpMethod.Post, "/api/v1/auth/password",
            new { currentPassword = GatewayFixture.Password, newPassword = "another long password" });

        Assert.Equal(HttpStatusCode.NoContent, changed.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(elsewhere));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(WithToken(old)));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(here));
        using var post = await here.SendAsync(HttpMethod.Post, "/api/v1/scan/now");
        Assert.Equal(HttpStatusCode.OK, post.StatusCode);
        using var before = await gateway.NewBrowser().LogInAsync(name);
        await before.AssertProblemAsync(HttpStatusCode.Unauthorized, "invalid-credentials");
        using var after = await gateway.NewBrowser().LogInAsync(name, "another long password");
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_at_the_gateway_too()
    {
        var browser = await gateway.SignInAsAsync(Roles.Viewer);
        var token = browser.Token!;

        using var answer = await browser.SendAsync(HttpMethod.Post, "/api/v1/auth/logout");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Null((await answer.JsonAsync()).GetProperty("endSessionUrl").GetString());
        Assert.Null(browser.Token);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(WithToken(token)));
    }

    [Fact]
    public async Task Where_one_is_signed_in_can_be_seen_and_ended_and_is_nobody_else_s_business()
    {
        var name = await gateway.AddUserAsync(Roles.Viewer);
        var (here, there, elsewhere) = (gateway.NewBrowser(), gateway.NewBrowser(), gateway.NewBrowser());
        there.Http.DefaultRequestHeaders.UserAgent.ParseAdd("Old/1.0");
        foreach (var browser in new[] { there, elsewhere, here })
        {
            using var login = await browser.LogInAsync(name);
            gateway.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        var sessions = await SessionsAsync(here);
        Assert.Equal([true, false, false], sessions.Select(s => s.GetProperty("current").GetBoolean()));
        var old = sessions.Single(s => s.GetProperty("userAgent").GetString() == "Old/1.0").GetProperty("id").GetInt64();
        using var ended = await here.SendAsync(HttpMethod.Delete, $"/api/v1/auth/sessions/{old}");
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(there));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(elsewhere));

        var stranger = await gateway.SignInAsAsync(Roles.Admin);
        var own = (await SessionsAsync(here))[0].GetProperty("id").GetInt64();
        using var foreign = await stranger.SendAsync(HttpMethod.Delete, $"/api/v1/auth/sessions/{own}");
        await foreign.AssertProblemAsync(HttpStatusCode.NotFound, "session-not-found");

        using var others = await here.SendAsync(HttpMethod.Delete, "/api/v1/auth/sessions");
        Assert.Equal(HttpStatusCode.NoContent, others.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(elsewhere));
        Assert.Single(await SessionsAsync(here));
    }

    [Fact]
    public async Task What_is_stored_of_a_session_opens_nothing()
    {
        var browser = await gateway.SignInAsAsync(Roles.Viewer);

        Assert.Equal(43, browser.Token!.Length); // 256 bits as Base64url.
        Assert.Equal(0, await gateway.Database.ScalarAsync<long>(
            $"select count(*) from gateway.sessions s where position('{browser.Token}' in s::text) > 0"));
        Assert.Equal(1, await gateway.Database.ScalarAsync<long>(
            $"select count(*) from gateway.sessions where token_hash = sha256('{browser.Token}')"));
    }

    [Fact]
    public async Task The_cookie_is_out_of_reach_of_scripts_and_other_sites()
    {
        var name = await gateway.AddUserAsync(Roles.Viewer);
        using var near = await gateway.NewBrowser().LogInAsync(name);
        var cookie = Assert.Single(near.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("secure", cookie, StringComparison.OrdinalIgnoreCase);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/login")
        {
            Content = System.Net.Http.Json.JsonContent.Create(new { username = name, password = GatewayFixture.Password }),
        };
        request.Headers.Host = "fixity.example";
        using var far = await gateway.NewNobody().SendAsync(request);
        Assert.Contains("secure", Assert.Single(far.Headers.GetValues("Set-Cookie")), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_database_knows_no_token_and_no_password()
    {
        var browser = await gateway.SignInAsAsync(Roles.Viewer);

        var rows = await gateway.Database.ScalarAsync<string>(
            "select string_agg(s::text, ' ') || (select string_agg(u::text, ' ') from gateway.users u) from gateway.sessions s");

        Assert.DoesNotContain(browser.Token!, rows, StringComparison.Ordinal);
        Assert.DoesNotContain(GatewayFixture.Password, rows, StringComparison.Ordinal);
        Assert.Contains("pbkdf2-sha512$10000$", rows, StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> StatusAsync(Browser browser)
    {
        using var answer = await browser.Http.GetAsync("/api/v1/targets");
        return answer.StatusCode;
    }

    private Browser WithToken(string token)
    {
        var browser = gateway.NewBrowser();
        browser.Cookies.Add(gateway.Address, new Cookie("fixity_session", token));
        return browser;
    }

    private static async Task<List<System.Text.Json.JsonElement>> SessionsAsync(Browser browser)
    {
        using var answer = await browser.Http.GetAsync("/api/v1/auth/sessions");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return [.. (await answer.JsonAsync()).GetProperty("items").EnumerateArray()];
    }
}
