using System.Net.Http.Json;

namespace Fixity.Gateway.Tests.Edge;

[Trait("Category", "Database")]
public sealed class ForwardedHeadersTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    [Theory]
    // The framework's own switch, which tools set without asking: it would believe everybody.
    [InlineData("ForwardedHeaders_Enabled", "true", "127.0.0.1")]
    [InlineData("Gateway:TrustedProxies:0", "10.0.0.0/8", "127.0.0.1")]
    [InlineData("Gateway:TrustedProxies:0", "127.0.0.0/8", "203.0.113.9")]
    public async Task An_address_is_believed_from_a_named_proxy_alone(string setting, string value, string expected)
    {
        var app = gateway.Start(null, new Dictionary<string, string?> { [setting] = value });
        var name = $"mallory{Guid.NewGuid():N}";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/login")
        {
            Content = JsonContent.Create(new { username = name, password = "not the password" }),
        };
        request.Headers.Add("X-Forwarded-For", "198.51.100.1, 203.0.113.9");

        using var answer = await gateway.NewNobody(app.ClientOptions.BaseAddress).SendAsync(request);

        Assert.Equal(expected, await gateway.Database.ScalarAsync<string>(
            $"select address from gateway.audit_log where actor = '{name}'"));
    }
}
