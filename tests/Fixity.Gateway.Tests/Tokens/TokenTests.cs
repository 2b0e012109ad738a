using System.Net;
using System.Net.Http.Json;
using Fixity.ServiceDefaults.Identity;

namespace Fixity.Gateway.Tests.Tokens;

[Trait("Category", "Database")]
public sealed class TokenTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    [Fact]
    public async Task A_token_works_without_cookie_and_csrf_until_it_is_revoked()
    {
        var admin = await gateway.SignInAsAsync(Roles.Admin);
        var (id, token) = await CreateAsync(admin, new { name = "backup", role = "operator" });
        Assert.Matches("^fxt_[A-Za-z0-9_-]{43}$", token);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(token, HttpMethod.Post, "/api/v1/scan/now"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(token, HttpMethod.Post, "/api/v1/targets"));
        using var listed = await admin.Http.GetAsync("/api/v1/tokens");
        var list = await listed.Content.ReadAsStringAsync();
        Assert.Contains("backup", list, StringComparison.Ordinal);
        Assert.DoesNotContain(token, list, StringComparison.Ordinal);

        using var revoked = await admin.SendAsync(HttpMethod.Delete, $"/api/v1/tokens/{id}");
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(token, HttpMethod.Post, "/api/v1/scan/now"));
    }

    [Fact]
    public async Task Whoever_hangs_up_at_once_leaves_no_change_without_its_entry()
    {
        var admin = await gateway.SignInAsAsync(Roles.Admin);
        for (var i = 0; i < 40; i++)
        {
            using var impatience = new CancellationTokenSource(TimeSpan.FromMilliseconds(1 + (i % 20)));
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/tokens")
            {
                Content = JsonContent.Create(new { name = $"abort-{i}", kind = "personal", role = "viewer" }),
            };
            request.Headers.Add("X-CSRF-Token", admin.CsrfToken);
            // Most of them give up, and that is the point.
            await Record.ExceptionAsync(async () => (await admin.Http.SendAsync(request, impatience.Token)).Dispose());
        }

        // What was under way is through once a change that came after it is.
        await CreateAsync(admin, new { name = "after", kind = "personal", role = "viewer" });
        var silent = long.MaxValue;
        for (var look = 0; look < 100 && silent > 0; look++)
        {
            await Task.Delay(50);
            silent = await gateway.Database.ScalarAsync<long>("""
                select count(*) from gateway.api_tokens t
                where t.name like 'abort-%' and not exists (
                    select from gateway.audit_log a where a.action = 'token-created' and a.object = 'token ' || t.id)
                """);
        }

        Assert.Equal(0, silent);
        Assert.NotEqual(0, await gateway.Database.ScalarAsync<long>(
            "select count(*) from gateway.api_tokens where name like 'abort-%'"));
    }

    [Fact]
    public async Task A_token_ends_when_it_said_it_would()
    {
        var admin = await gateway.SignInAsAsync(Roles.Admin);
        var (_, token) = await CreateAsync(
            admin, new { name = "short", role = "viewer", expiresAt = gateway.Clock.GetUtcNow().AddMinutes(10) });

        gateway.Clock.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(token, HttpMethod.Get, "/api/v1/targets"));
        gateway.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(token, HttpMethod.Get, "/api/v1/targets"));

        using var past = await admin.SendAsync(
            HttpMethod.Post, "/api/v1/tokens", new { name = "past", role = "viewer", expiresAt = gateway.Clock.GetUtcNow() });
        await past.AssertProblemAsync(HttpStatusCode.BadRequest, "validation");
    }

    [Fact]
    public async Task Its_last_use_is_written_at_most_once_a_minute()
    {
        var admin = await gateway.SignInAsAsync(Roles.Admin);
        var (id, token) = await CreateAsync(admin, new { name = "busy", role = "viewer" });
        var sql = $"select last_used_at from gateway.api_tokens where id = {id}";

        await StatusAsync(token, HttpMethod.Get, "/api/v1/targets");
        var first = await gateway.Database.ScalarAsync<DateTime>(sql);
        Assert.Equal(gateway.Clock.GetUtcNow().UtcDateTime, first);
        gateway.Clock.Advance(TimeSpan.FromSeconds(59));
        await StatusAsync(token, HttpMethod.Get, "/api/v1/targets");
        Assert.Equal(first, await gateway.Database.ScalarAsync<DateTime>(sql));
        gateway.Clock.Advance(TimeSpan.FromSeconds(1));
        await StatusAsync(token, HttpMethod.Get, "/api/v1/targets");
        Assert.Equal(first.AddMinutes(1), await gateway.Database.ScalarAsync<DateTime>(sql));
    }

    [Fact]
    public async Task A_wrong_token_is_not_saved_by_a_good_cookie_and_has_no_session_to_end()
    {
        var admin = await gateway.SignInAsAsync(Roles.Admin);
        using var both = new HttpRequestMessage(HttpMethod.Get, "/api/v1/targets");
        both.Headers.Authorization = new("Bearer", "fxt_wrong");
        using var answer = await admin.Http.SendAsync(both);
        await answer.AssertProblemAsync(HttpStatusCode.Unauthorized, "not-signed-in");
        Assert.Equal("Bearer", Assert.Single(answer.Headers.WwwAuthenticate).Scheme);

        var (_, token) = await CreateAsync(admin, new { name = "program", role = "admin" });
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(token, HttpMethod.Post, "/api/v1/auth/logout"));
    }

    [Fact]
    public async Task No_token_makes_a_token()
    {
        var admin = await gateway.SignInAsAsync(Roles.Admin);
        var (_, token) = await CreateAsync(admin, new { name = "mother", role = "admin" });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/tokens")
        {
            Content = System.Net.Http.Json.JsonContent.Create(new { name = "child", role = "viewer" }),
        };
        request.Headers.Authorization = new("Bearer", token);

        using var answer = await gateway.NewNobody().SendAsync(request);

        await answer.AssertProblemAsync(HttpStatusCode.Forbidden, "session-only");
    }

    private static async Task<(int Id, string Token)> CreateAsync(Browser admin, object request)
    {
        using var answer = await admin.SendAsync(HttpMethod.Post, "/api/v1/tokens", request);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
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
