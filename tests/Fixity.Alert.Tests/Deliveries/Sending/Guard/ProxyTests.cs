using System.Net;
using System.Text;
using Fixity.Alert.Deliveries.Sending;
using Fixity.Alert.Tests.Receivers;

namespace Fixity.Alert.Tests.Deliveries.Sending.Guard;

public sealed class ProxyTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Https_goes_through_a_tunnel_in_which_the_proxy_reads_nothing()
    {
        using var certificate = _authority.Issue("outside.test");
        await using var receiver = await Receiver.StartAsync(_ => Task.CompletedTask, certificate: certificate);
        await using var proxy = new ConnectProxy(receiver.Port, "user:pa$s");
        await using var parts = Parts(proxy, "user:pa%24s");

        var result = await parts.SendAsync(
            parts.Http("https://outside.test/a-secret-path", new Dictionary<string, string> { ["X-Key"] = "a-secret-value" }),
            "\"a-secret-payload\"");

        Assert.True(result.Outcome == AttemptOutcome.Delivered, result.ToString());
        var request = Assert.Single(receiver.Requests);
        Assert.Equal(
            ("/a-secret-path", "a-secret-value", "\"a-secret-payload\"", "outside.test"),
            (request.Path, request.Headers["X-Key"], request.Text, request.Headers["Host"]));
        // Its password is for the proxy alone.
        Assert.DoesNotContain("Proxy-Authorization", request.Headers.Keys, StringComparer.OrdinalIgnoreCase);
        Assert.Equal(["CONNECT outside.test:443 HTTP/1.1"], proxy.Asked.Distinct());
        Assert.DoesNotContain(
            "a-secret", Encoding.Latin1.GetString([.. proxy.Seen.SelectMany(bytes => bytes)]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://inside.test/hook")]
    [InlineData("https://127.0.0.1/hook")]
    [InlineData("https://[::ffff:10.0.0.1]/hook")]
    public async Task No_tunnel_is_asked_for_to_where_a_webhook_may_not_reach(string url)
    {
        await using var proxy = new ConnectProxy(1, "user:pass");
        await using var parts = Parts(proxy, "user:pass");

        Assert.Equal(AttemptOutcome.Blocked, (await parts.SendAsync(parts.Http(url))).Outcome);
        Assert.Empty(proxy.Asked);
    }

    [Fact]
    public async Task Behind_a_proxy_too_the_receiver_has_to_prove_its_name()
    {
        using var certificate = _authority.Issue("other.test");
        await using var receiver = await Receiver.StartAsync(_ => Task.CompletedTask, certificate: certificate);
        await using var proxy = new ConnectProxy(receiver.Port, "user:pass");
        await using var parts = Parts(proxy, "user:pass");

        var result = await parts.SendAsync(parts.Http("https://outside.test/hook"));

        Assert.Equal(AttemptOutcome.Retryable, result.Outcome);
        Assert.StartsWith("TLS failed", result.Error, StringComparison.Ordinal);
        Assert.Empty(receiver.Requests);
    }

    [Fact]
    public async Task A_proxy_that_does_not_let_us_through_is_said_and_tried_again_later()
    {
        await using var proxy = new ConnectProxy(1, "user:another");
        await using var parts = Parts(proxy, "user:pass");

        var result = await parts.SendAsync(parts.Http("https://outside.test/hook"));

        Assert.Equal(AttemptOutcome.Retryable, result.Outcome);
        Assert.Contains("407", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("pass", result.Error, StringComparison.Ordinal);
    }

    private SendingParts Parts(ConnectProxy proxy, string login) => new(
        new AlertOptions
        {
            Proxy = $"http://{login}@127.0.0.1:{proxy.Port}",
            TrustedCertificates = _authority.RootPath,
        },
        (host, _) => Task.FromResult<IPAddress[]>([IPAddress.TryParse(host, out var address) ? address : IPAddress.Parse(
            host == "inside.test" ? "10.0.0.1" : "93.184.216.34")]));
}
