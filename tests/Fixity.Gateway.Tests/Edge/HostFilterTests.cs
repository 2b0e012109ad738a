using System.Net;

namespace Fixity.Gateway.Tests.Edge;

[Trait("Category", "Database")]
public sealed class HostFilterTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    [Theory]
    [InlineData("fixity.example.org", true)]
    [InlineData("FIXITY.example.org:8443", true)]
    [InlineData("a.b.example.net", true)]
    [InlineData("example.net", false)]
    [InlineData("fixity.example.org.evil.com", false)]
    [InlineData("evil.com", false)]
    [InlineData("localhost", false)]
    public async Task The_gateway_answers_to_its_own_names(string host, bool answers)
    {
        var nobody = gateway.NewNobody(Start("fixity.example.org;*.example.net"));

        using var answer = await nobody.SendAsync(Request("/api/v1/auth/session", host));

        if (answers)
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        else
        {
            await answer.AssertProblemAsync(HttpStatusCode.BadRequest, "wrong-host");
        }
    }

    [Fact]
    public async Task Whoever_probes_calls_it_by_its_address()
    {
        var nobody = gateway.NewNobody(Start("fixity.example.org"));
        foreach (var path in new[] { "/healthz", "/readyz" })
        {
            using var answer = await nobody.GetAsync(path);

            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Without_a_setting_every_name_will_do()
    {
        using var answer = await gateway.NewNobody().SendAsync(Request("/api/v1/auth/session", "whatever.example"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private Uri Start(string hosts) => gateway.Start(
        null, new Dictionary<string, string?> { ["AllowedHosts"] = hosts }).ClientOptions.BaseAddress;

    private static HttpRequestMessage Request(string path, string host)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = host;
        return request;
    }
}
