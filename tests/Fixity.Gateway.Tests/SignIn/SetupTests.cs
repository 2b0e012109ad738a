using System.Net;

namespace Fixity.Gateway.Tests.SignIn;

[Trait("Category", "Database")]
public sealed class SetupTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    [Fact]
    public async Task The_setup_token_makes_one_administrator_and_is_then_worth_nothing()
    {
        await gateway.ForgetUsersAsync();
        var browser = gateway.NewBrowser();
        using var before = await browser.Http.GetAsync("/api/v1/auth/session");
        Assert.True((await before.JsonAsync()).GetProperty("setupRequired").GetBoolean());

        using var wrong = await browser.SetUpAsync("not the token", "ada");
        await wrong.AssertProblemAsync(HttpStatusCode.Forbidden, "invalid-setup-token");
        using var weak = await browser.SetUpAsync(GatewayFixture.SetupToken, "ada", "short");
        await weak.AssertProblemAsync(HttpStatusCode.BadRequest, "validation");
        using var right = await browser.SetUpAsync(GatewayFixture.SetupToken, "ada");
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);

        var session = await right.JsonAsync();
        Assert.False(session.GetProperty("setupRequired").GetBoolean());
        Assert.Equal("ada", session.GetProperty("user").GetProperty("username").GetString());
        Assert.Equal("admin", session.GetProperty("user").GetProperty("role").GetString());
        using var users = await browser.Http.GetAsync("/api/v1/users");
        Assert.Equal(HttpStatusCode.OK, users.StatusCode);
        using var again = await gateway.NewBrowser().SetUpAsync(GatewayFixture.SetupToken, "eve");
        await again.AssertProblemAsync(HttpStatusCode.Conflict, "setup-done");
    }

    [Fact]
    public async Task Of_many_who_set_up_at_once_one_becomes_administrator()
    {
        await gateway.ForgetUsersAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i =>
            gateway.NewBrowser().SetUpAsync(GatewayFixture.SetupToken, $"racer{i}")));

        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.OK);
        Assert.All(
            answers.Where(a => a.StatusCode != HttpStatusCode.OK),
            a => Assert.Contains(a.StatusCode, new[] { HttpStatusCode.Conflict, HttpStatusCode.TooManyRequests }));
        Assert.Equal(1, await gateway.Database.ScalarAsync<long>("select count(*) from gateway.users"));
        foreach (var answer in answers)
        {
            answer.Dispose();
        }
    }

    [Fact]
    public async Task Without_a_setup_token_nobody_sets_up()
    {
        await gateway.ForgetUsersAsync();
        var other = gateway.Start(null, new Dictionary<string, string?> { ["Gateway:SetupToken"] = "" });

        using var answer = await gateway.NewBrowser(other.ClientOptions.BaseAddress).SetUpAsync("", "ada");

        await answer.AssertProblemAsync(HttpStatusCode.Forbidden, "invalid-setup-token");
    }
}
