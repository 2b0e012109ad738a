using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Fixity.Gateway.Routing;
using Fixity.ServiceDefaults.Identity;
using Fixity.Testing.Services;

namespace Fixity.Gateway.Tests.Tokens;

[Trait("Category", "Database")]
public sealed class TargetScopeTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>, IAsyncLifetime
{
    private static readonly byte[] Key = Encoding.UTF8.GetBytes(ServiceApplication<Program>.GatewayKey);

    private int _one;
    private int _two;
    private int _foreign;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _one = await gateway.Database.AddTargetAsync();
        _two = await gateway.Database.AddTargetAsync();
        _foreign = await gateway.Database.AddTargetAsync();
        var admin = await gateway.SignInAsAsync(Roles.Admin);
        // An administrator's: what it may not do is for its scope alone.
        using var answer = await admin.SendAsync(
            HttpMethod.Post, "/api/v1/tokens", new { name = "scoped", role = "admin", targets = new[] { _two, _one, _two } });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var made = await answer.JsonAsync();
        Assert.Equal([_one, _two], made.GetProperty("targets").EnumerateArray().Select(id => id.GetInt32()));
        _client = gateway.NewNobody();
        _client.DefaultRequestHeaders.Authorization = new("Bearer", made.GetProperty("token").GetString());
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Every_route_is_closed_to_it_that_does_not_say_where_its_target_stands()
    {
        foreach (var route in RouteTable.All)
        {
            gateway.Upstream.Requests.Clear();
            var own = route.Target is TargetIn.Query ? $"?target={_one}" : "";
            using var answer = await SendAsync(route.Method, Fill(route.Path, _one) + own);

            if (route.Target is null)
            {
                await answer.AssertProblemAsync(HttpStatusCode.Forbidden, "outside-scope");
                Assert.Empty(gateway.Upstream.Requests);
            }
            else
            {
                Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{route}: {answer.StatusCode}");
                var received = Assert.Single(gateway.Upstream.Requests);
                var caller = CallerIdentity.Verify(
                    received.Headers[CallerIdentity.Header].Single()!, Key, gateway.Clock.GetUtcNow());
                Assert.Equal([_one, _two], caller?.Targets);
            }
        }
    }

    [Fact]
    public async Task Of_a_route_in_a_target_that_is_not_its_own_there_is_nothing()
    {
        foreach (var route in RouteTable.All.Where(route => route.Target is TargetIn.Path))
        {
            gateway.Upstream.Requests.Clear();
            foreach (var id in new[] { _foreign, 987_654 })
            {
                using var answer = await SendAsync(route.Method, Fill(route.Path, id));
                await answer.AssertProblemAsync(HttpStatusCode.NotFound, "target-not-found");
            }

            Assert.Empty(gateway.Upstream.Requests);
        }
    }

    [Fact]
    public async Task A_list_needs_a_target_of_its_own()
    {
        foreach (var route in RouteTable.All.Where(route => route.Target is TargetIn.Query))
        {
            gateway.Upstream.Requests.Clear();
            using var without = await SendAsync(route.Method, route.Path + "?limit=5");
            await without.AssertProblemAsync(HttpStatusCode.Forbidden, "target-required");
            var said = (await without.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString();
            Assert.Contains("target=<id>", said, StringComparison.Ordinal);
            Assert.Contains($"{_one}", said, StringComparison.Ordinal);

            foreach (var query in new[]
            {
                $"target={_foreign}", $"target={_one}&target={_foreign}", $"target={_one}&TARGET={_foreign}",
                $"target={_one},{_foreign}", "target=", $"target={_one}&target=", $"target=+{_one}", $"target=%20{_one}",
                $"target={_one}%00", "target=all", $"target[]={_foreign}&target={_foreign}",
            })
            {
                using var answer = await SendAsync(route.Method, route.Path + "?" + query);
                Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{route} {query}: {answer.StatusCode}");
            }

            Assert.Empty(gateway.Upstream.Requests);
            using var good = await SendAsync(route.Method, $"{route.Path}?target={_two}");
            Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        }
    }

    [Theory]
    [InlineData("GET", "/users")]
    [InlineData("GET", "/tokens")]
    [InlineData("DELETE", "/tokens/1")]
    [InlineData("GET", "/audit")]
    [InlineData("GET", "/auth/sessions")]
    [InlineData("POST", "/auth/logout")]
    public async Task What_is_the_gateway_s_own_is_closed_to_it(string method, string path)
    {
        using var answer = await SendAsync(method, path);

        await answer.AssertProblemAsync(HttpStatusCode.Forbidden, "outside-scope");
    }

    private Task<HttpResponseMessage> SendAsync(string method, string path) =>
        _client.SendAsync(new HttpRequestMessage(HttpMethod.Parse(method), RouteTable.Root + path));

    private static string Fill(string path, int target) => path
        .Replace("{id:long}", $"{target}", StringComparison.Ordinal)
        .Replace("{targetId:long}", $"{target}", StringComparison.Ordinal)
        .Replace("{id:guid}", "0198b9a2-0000-7000-8000-000000000001", StringComparison.Ordinal);
}
