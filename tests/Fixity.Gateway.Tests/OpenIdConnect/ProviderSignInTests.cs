using System.Net;

namespace Fixity.Gateway.Tests.OpenIdConnect;

[Trait("Category", "Database")]
public sealed class ProviderSignInTests(ProviderFixture fixture) : IClassFixture<ProviderFixture>, IAsyncLifetime
{
    public Task InitializeAsync() => fixture.ResetAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS256")]
    [InlineData("ES256")]
    public async Task Whom_the_provider_knows_goes_on_where_he_was_going_in_the_role_of_his_claim(string algorithm)
    {
        fixture.Provider.Algorithm = algorithm;
        var browser = fixture.NewBrowser();

        var place = await fixture.SignInAsync(browser, "/files?target=1&q=%C3%A4");

        Assert.Equal("/files?target=1&q=%C3%A4", place);
        using var session = await browser.Http.GetAsync("/api/v1/auth/session");
        var said = await session.JsonAsync();
        Assert.Equal("Example", said.GetProperty("provider").GetString());
        Assert.Equal("olga", said.GetProperty("user").GetProperty("username").GetString());
        Assert.Equal("operator", said.GetProperty("user").GetProperty("role").GetString());
        Assert.True(said.GetProperty("user").GetProperty("external").GetBoolean());
        using var scan = await browser.SendAsync(HttpMethod.Post, "/api/v1/scan/now");
        Assert.Equal(HttpStatusCode.OK, scan.StatusCode);
        Assert.Equal(1, await fixture.Gateway.Database.ScalarAsync<long>($"""
            select count(*) from gateway.users
            where username = 'olga' and issuer = '{fixture.Provider.Address}' and subject = 'subject-1' and password_hash is null
            """));
        Assert.Equal(["user-created", "sign-in", "post"], await ActionsAsync());
    }

    [Fact]
    public async Task Only_the_cookie_of_the_way_out_goes_along_with_a_link_from_elsewhere()
    {
        var browser = fixture.NewBrowser();
        using var start = await browser.Http.GetAsync("/api/v1/auth/oidc/start");
        var way = Assert.Single(start.Headers.GetValues("Set-Cookie"));

        Assert.StartsWith("fixity_signin=", way, StringComparison.Ordinal);
        Assert.Contains("samesite=lax", way, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("httponly", way, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("path=/api/v1/auth/oidc", way, StringComparison.OrdinalIgnoreCase);
        var state = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(start.Headers.Location!.Query)["state"].ToString();
        Assert.DoesNotContain(state, way, StringComparison.Ordinal);

        var callback = await fixture.GoOutAsync(browser);
        using var answer = await browser.Http.GetAsync(callback);
        var cookies = answer.Headers.GetValues("Set-Cookie").ToList();
        Assert.Contains(cookies, c => c.StartsWith("fixity_session=", StringComparison.Ordinal)
            && c.Contains("samesite=strict", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(cookies, c => c.StartsWith("fixity_signin=;", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("/api/v1/auth/oidc/start")]
    [InlineData("javascript:alert(1)")]
    [InlineData("")]
    public async Task Nobody_is_led_off_this_site(string next) =>
        Assert.Equal("/", await fixture.SignInAsync(fixture.NewBrowser(), next));

    [Fact]
    public async Task An_answer_is_taken_once_and_only_from_the_browser_that_asked()
    {
        var browser = fixture.NewBrowser();
        var callback = await fixture.GoOutAsync(browser);
        var kept = browser.Cookies.GetCookies(callback)["fixity_signin"]!.Value;

        Assert.StartsWith("/sign-in?failed=expired", await ProviderFixture.ComeBackAsync(fixture.NewBrowser(), callback), StringComparison.Ordinal);
        var other = fixture.NewBrowser();
        await fixture.GoOutAsync(other);
        Assert.StartsWith("/sign-in?failed=expired", await ProviderFixture.ComeBackAsync(other, callback), StringComparison.Ordinal);

        Assert.Equal("/files?target=1", await ProviderFixture.ComeBackAsync(browser, callback));
        // The cookie again, as whoever stole both would send it.
        var thief = fixture.NewBrowser();
        thief.Cookies.Add(new Cookie("fixity_signin", kept, "/api/v1/auth/oidc", fixture.Address.Host));
        Assert.StartsWith("/sign-in?failed=expired", await ProviderFixture.ComeBackAsync(thief, callback), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_that_was_used_elsewhere_opens_nothing()
    {
        var (one, two) = (fixture.NewBrowser(), fixture.NewBrowser());
        var first = await fixture.GoOutAsync(one);
        var second = await fixture.GoOutAsync(two);
        var codes = new[] { first, second }.Select(uri =>
            Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(uri.Query)["code"].ToString()).ToArray();

        // Somebody's code in another's browser: its challenge is not of that browser's verifier.
        var injected = new Uri(second.ToString().Replace(codes[1], codes[0], StringComparison.Ordinal));

        Assert.StartsWith("/sign-in?failed=provider-error", await ProviderFixture.ComeBackAsync(two, injected), StringComparison.Ordinal);
        Assert.StartsWith("/sign-in?failed=provider-error", await ProviderFixture.ComeBackAsync(one, first), StringComparison.Ordinal);
        Assert.Null(one.Token);
        Assert.Null(two.Token);
    }

    [Fact]
    public async Task A_sign_in_that_takes_too_long_is_begun_again()
    {
        var browser = fixture.NewBrowser();
        var callback = await fixture.GoOutAsync(browser);

        fixture.Gateway.Clock.Advance(TimeSpan.FromMinutes(15));

        Assert.StartsWith("/sign-in?failed=expired", await ProviderFixture.ComeBackAsync(browser, callback), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_provider_says_instead_is_told_in_our_own_words()
    {
        fixture.Provider.Error = "access_denied";
        Assert.Equal(
            "/sign-in?failed=cancelled&next=%2Ffiles%3Ftarget%3D1", await fixture.SignInAsync(fixture.NewBrowser()));
        fixture.Provider.Error = "<script>";
        Assert.Equal("/sign-in?failed=provider-error", await fixture.SignInAsync(fixture.NewBrowser(), "/"));

        Assert.Equal(["sign-in-failed", "sign-in-failed"], await ActionsAsync());
        Assert.True(await fixture.Gateway.Database.ScalarAsync<bool>(
            "select details->>'detail' like '%The person  said <b>no</b>' from gateway.audit_log order by id limit 1"));
    }

    [Fact]
    public async Task A_provider_that_is_down_or_is_another_one_is_said_on_the_sign_in_page()
    {
        var settings = fixture.Provider.Settings();
        settings["Gateway:OpenIdConnect:Authority"] = "http://127.0.0.1:9";
        using var down = await fixture.NewBrowser(fixture.StartGateway(settings)).Http.GetAsync("/api/v1/auth/oidc/start");
        Assert.Equal("/sign-in?failed=unreachable", down.Headers.Location?.ToString());

        fixture.Provider.Discovery = document => document["issuer"] = "https://another.example";
        var fresh = fixture.StartGateway(fixture.Provider.Settings());
        using var other = await fixture.NewBrowser(fresh).Http.GetAsync("/api/v1/auth/oidc/start");
        Assert.Equal("/sign-in?failed=invalid-answer", other.Headers.Location?.ToString());
    }

    [Fact]
    public async Task Without_a_provider_there_is_no_such_way_in()
    {
        var browser = fixture.Gateway.NewBrowser();
        foreach (var path in new[] { "start", "callback?code=a&state=b" })
        {
            using var answer = await browser.Http.GetAsync($"/api/v1/auth/oidc/{path}");
            await answer.AssertProblemAsync(HttpStatusCode.NotFound, "not-found");
        }

        using var session = await browser.Http.GetAsync("/api/v1/auth/session");
        Assert.Null((await session.JsonAsync()).GetProperty("provider").GetString());
    }

    [Fact]
    public async Task Keys_that_changed_are_looked_up_once_and_made_up_ones_not_each_time()
    {
        await fixture.SignInAsync(fixture.NewBrowser());
        fixture.Provider.Rotate();
        fixture.Gateway.Clock.Advance(TimeSpan.FromMinutes(1));
        var before = fixture.Provider.KeyReads;

        Assert.Equal("/", await fixture.SignInAsync(fixture.NewBrowser(), "/"));
        Assert.Equal(before + 1, fixture.Provider.KeyReads);

        fixture.Gateway.Clock.Advance(TimeSpan.FromMinutes(1));
        fixture.Provider.Header = header => header["kid"] = "made up " + Guid.NewGuid();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("/sign-in?failed=invalid-answer", await fixture.SignInAsync(fixture.NewBrowser(), "/"));
        }

        Assert.Equal(before + 2, fixture.Provider.KeyReads);
    }

    [Fact]
    public async Task Signing_out_says_where_the_provider_s_own_session_ends()
    {
        var browser = fixture.NewBrowser();
        await fixture.SignInAsync(browser);

        using var answer = await browser.SendAsync(HttpMethod.Post, "/api/v1/auth/logout");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var place = (await answer.JsonAsync()).GetProperty("endSessionUrl").GetString()!;
        Assert.StartsWith(fixture.Provider.Address + "/logout?client_id=fixity&post_logout_redirect_uri=", place, StringComparison.Ordinal);
        Assert.Contains(Uri.EscapeDataString(new Uri(fixture.Address, "/sign-in").ToString()), place, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Behind_a_proxy_the_public_address_is_what_the_provider_is_told()
    {
        var settings = fixture.Provider.Settings();
        settings["Fixity:PublicUrl"] = "https://fixity.example/";
        using var start = await fixture.NewBrowser(fixture.StartGateway(settings)).Http.GetAsync("/api/v1/auth/oidc/start");

        Assert.Contains(
            "redirect_uri=" + Uri.EscapeDataString("https://fixity.example/api/v1/auth/oidc/callback"),
            start.Headers.Location!.Query, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("http://idp.example", "fixity", "openid", "Authority")]
    [InlineData("https://idp.example?x=1", "fixity", "openid", "Authority")]
    [InlineData("https://idp.example", "", "openid", "ClientId")]
    [InlineData("https://idp.example", "fixity", "profile", "Scopes")]
    public void A_provider_that_cannot_work_stops_the_gateway(string authority, string client, string scopes, string key)
    {
        var error = Assert.ThrowsAny<Exception>(() => fixture.StartGateway(new Dictionary<string, string?>
        {
            ["Gateway:OpenIdConnect:Authority"] = authority,
            ["Gateway:OpenIdConnect:ClientId"] = client,
            ["Gateway:OpenIdConnect:Scopes"] = scopes,
        }));

        Assert.Contains("Gateway:OpenIdConnect:" + key, error.ToString(), StringComparison.Ordinal);
    }

    private async Task<string[]> ActionsAsync() => await fixture.Gateway.Database.ScalarAsync<string[]>(
        "select array_agg(action order by id) from gateway.audit_log") ?? [];
}
