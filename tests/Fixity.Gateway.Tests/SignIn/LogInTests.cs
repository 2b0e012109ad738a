using System.Net;
using System.Net.Http.Json;
using Fixity.Gateway.SignIn;
using Fixity.ServiceDefaults.Identity;

namespace Fixity.Gateway.Tests.SignIn;

[Trait("Category", "Database")]
public sealed class LogInTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>, IAsyncLifetime
{
    // All tests come from one address: its failures of the test before are forgotten by now.
    public Task InitializeAsync()
    {
        gateway.Clock.Advance(TimeSpan.FromHours(1));
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Unknown_wrong_and_disabled_get_one_and_the_same_answer()
    {
        var known = await gateway.AddUserAsync(Roles.Viewer);
        var disabled = await gateway.AddUserAsync(Roles.Viewer);
        await gateway.Database.ExecuteAsync($"update gateway.users set disabled_at = now() where username = '{disabled}'");

        var bodies = new HashSet<string>();
        foreach (var (name, password) in new[]
        {
            ("nobody", GatewayFixture.Password), (known, "a wrong password"), (disabled, GatewayFixture.Password),
            (known, new string('x', 5000)), ("a\0b", GatewayFixture.Password), (new string('n', 5000), GatewayFixture.Password),
        })
        {
            using var answer = await gateway.NewBrowser().LogInAsync(name, password);
            await answer.AssertProblemAsync(HttpStatusCode.Unauthorized, "invalid-credentials");
            bodies.Add((await answer.JsonAsync()).GetProperty("detail").GetString()!);
            Assert.False(answer.Headers.Contains("Set-Cookie"));
        }

        Assert.Single(bodies);
    }

    [Fact]
    public async Task After_a_few_failures_the_account_waits_longer_and_longer()
    {
        var name = await gateway.AddUserAsync(Roles.Viewer);
        var waits = new List<TimeSpan>();
        for (var i = 0; i < SignInThrottle.AccountFailures; i++)
        {
            using var refused = await gateway.NewBrowser().LogInAsync(name, "a wrong password");
            await refused.AssertProblemAsync(HttpStatusCode.Unauthorized, "invalid-credentials");
        }

        for (var i = 0; i < 3; i++)
        {
            // The right password waits too: otherwise the answer would tell which one it is.
            using var early = await gateway.NewBrowser().LogInAsync(name.ToUpperInvariant());
            await early.AssertProblemAsync(HttpStatusCode.TooManyRequests, "too-many-attempts");
            waits.Add(early.Headers.RetryAfter!.Delta!.Value);
            gateway.Clock.Advance(waits[^1]);
            using var refused = await gateway.NewBrowser().LogInAsync(name, "a wrong password");
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }

        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)], waits);
        gateway.Clock.Advance(TimeSpan.FromSeconds(8));
        using var right = await gateway.NewBrowser().LogInAsync(name);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
    }

    [Fact]
    public async Task An_address_that_tries_many_accounts_waits_too()
    {
        for (var i = 0; i < SignInThrottle.AddressFailures; i++)
        {
            using var refused = await gateway.NewBrowser().LogInAsync($"guess{i}", "a wrong password");
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }

        using var early = await gateway.NewBrowser().LogInAsync("another", "a wrong password");

        await early.AssertProblemAsync(HttpStatusCode.TooManyRequests, "too-many-attempts");
    }

    [Fact]
    public async Task A_thousand_guesses_get_ten_answers_and_leave_ten_lines()
    {
        var victim = await gateway.AddUserAsync(Roles.Admin);
        using var guesser = gateway.NewNobody();
        var answers = new List<HttpStatusCode>();
        foreach (var wave in Enumerable.Range(0, 1_000).Chunk(50))
        {
            answers.AddRange(await Task.WhenAll(wave.Select(async i =>
            {
                // Half at one account, half at as many as there are guesses.
                using var answer = await guesser.PostAsJsonAsync(
                    "/api/v1/auth/login", new { username = i % 2 == 0 ? victim : $"wave{i}", password = $"guess number {i}" });
                return answer.StatusCode;
            })));
        }

        Assert.InRange(answers.Count(status => status == HttpStatusCode.Unauthorized), 1, SignInThrottle.AddressFailures);
        Assert.Equal(
            1_000, answers.Count(status => status is HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests));
        Assert.InRange(
            await gateway.Database.ScalarAsync<long>(
                "select count(*) from gateway.audit_log where action = 'sign-in-failed'"
                + $" and (actor = '{victim}' or actor like 'wave%')"),
            1, SignInThrottle.AddressFailures);
    }

    [Theory]
    [InlineData(null, "127.0.0.1", false)]
    [InlineData("10.0.0.0/8", "127.0.0.1", false)]
    [InlineData("127.0.0.0/8", "203.0.113.7", true)]
    public async Task Only_a_proxy_that_was_named_is_believed_where_a_request_comes_from(
        string? trusted, string address, bool isSecure)
    {
        var name = await gateway.AddUserAsync(Roles.Viewer);
        var settings = new Dictionary<string, string?>();
        if (trusted is not null)
        {
            settings["Gateway:TrustedProxies:0"] = trusted;
        }

        var app = gateway.Start(null, settings);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/login")
        {
            Content = System.Net.Http.Json.JsonContent.Create(new { username = name, password = GatewayFixture.Password }),
        };
        request.Headers.Add("X-Forwarded-For", "203.0.113.7");
        request.Headers.Add("X-Forwarded-Proto", "https");

        using var answer = await gateway.NewNobody(app.ClientOptions.BaseAddress).SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(isSecure, answer.Headers.Contains("Strict-Transport-Security"));
        Assert.Equal(address, await gateway.Database.ScalarAsync<string>(
            $"select address from gateway.audit_log where actor = '{name}' and action = 'sign-in'"));
    }

    [Fact]
    public async Task A_hash_of_another_cost_is_made_anew_at_the_next_sign_in()
    {
        var name = await gateway.AddUserAsync(Roles.Viewer);
        var hash = new PasswordHasher(Microsoft.Extensions.Options.Options.Create(
            new GatewayOptions { PasswordIterations = 12_345 })).Hash(GatewayFixture.Password);
        await gateway.Database.ExecuteAsync($"update gateway.users set password_hash = '{hash}' where username = '{name}'");

        using var first = await gateway.NewBrowser().LogInAsync(name);
        using var second = await gateway.NewBrowser().LogInAsync(name);

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.StartsWith("pbkdf2-sha512$10000$", await gateway.Database.ScalarAsync<string>(
            $"select password_hash from gateway.users where username = '{name}'"), StringComparison.Ordinal);
    }
}
