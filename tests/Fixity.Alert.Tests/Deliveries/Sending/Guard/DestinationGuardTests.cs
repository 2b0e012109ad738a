using System.Net;
using System.Net.Sockets;
using Fixity.Alert.Deliveries.Sending;

namespace Fixity.Alert.Tests.Deliveries.Sending.Guard;

public sealed class DestinationGuardTests
{
    public static TheoryData<string> PrivateHosts { get; } =
    [
        "169.254.169.254", "127.0.0.1:5432", "[::1]", "[::ffff:10.0.0.1]", "[64:ff9b::a9fe:a9fe]", "0x7f000001", "0.0.0.0",
        "2130706433", "017700000001", "0177.0.0.1", "127.1", "0x7f.1", "[::ffff:7f00:1]", "[::]", "[fe80::1%251]", "localhost",
        "10.0.0.1", "100.64.0.1", "[fd00::1]", "[2002:7f00:1::]",
    ];

    [Theory]
    [MemberData(nameof(PrivateHosts))]
    public async Task What_is_not_public_is_refused_when_saved_and_when_sent_however_it_is_spelt(string host)
    {
        await using var parts = new SendingParts(new AlertOptions());

        Assert.NotNull(await parts.Guard.CheckAsync(new Uri($"http://{host}"), CancellationToken.None));
        foreach (var (scheme, to) in new[]
        {
            ("http", parts.Http($"http://{host}/")), ("smtp", parts.Mail($"smtp://{host}")), ("syslog", parts.Syslog($"syslog://{host}")),
        })
        {
            var result = await parts.SendAsync(to);
            Assert.True(result.Outcome == AttemptOutcome.Blocked, $"{scheme} to {host}: {result}");
            Assert.StartsWith("blocked: ", result.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("127.0.0.1.")]
    [InlineData("１２７.0.0.1")]
    [InlineData("127。0。0。1")]
    [InlineData("⑯⑨.254.169.254")]
    [InlineData("0x7f000001.")]
    [InlineData("[::ffff:127.0.0.1%251]")]
    public async Task A_spelling_that_only_some_resolvers_know_leads_nowhere(string host)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var parts = new SendingParts(new AlertOptions());

        var result = await parts.SendAsync(parts.Http($"http://{host}:{((IPEndPoint)listener.LocalEndpoint).Port}/"));

        Assert.NotEqual(AttemptOutcome.Delivered, result.Outcome);
        Assert.False(listener.Pending());
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://example.org/")]
    [InlineData("smtp://example.org/")]
    public async Task Of_another_scheme_nothing_is_sent(string url)
    {
        await using var parts = new SendingParts();

        Assert.Equal(AttemptOutcome.Blocked, (await parts.SendAsync(parts.Http(url))).Outcome);
    }

    [Fact]
    public async Task A_name_that_turns_private_after_the_check_gets_not_one_packet()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = $"http://rebound.test:{((IPEndPoint)listener.LocalEndpoint).Port}/";
        await using var parts = new SendingParts(
            new AlertOptions(), SendingParts.Resolving("93.184.216.34", "127.0.0.1"));

        Assert.Null(await parts.Guard.CheckAsync(new Uri(url), CancellationToken.None));
        Assert.Equal(AttemptOutcome.Blocked, (await parts.SendAsync(parts.Http(url))).Outcome);
        Assert.Equal(AttemptOutcome.Blocked, (await parts.SendAsync(parts.Syslog(url.Replace("http", "syslog", StringComparison.Ordinal)))).Outcome);
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task The_name_is_asked_once_a_connection_so_there_is_nothing_to_turn()
    {
        var receiver = await Receiver.StartAsync();
        await using var _ = receiver;
        await using var parts = new SendingParts(
            new AlertOptions { AllowedNetworks = ["127.0.0.1/32"] }, SendingParts.Resolving("127.0.0.1", "10.1.1.1"));

        var result = await parts.SendAsync(parts.Http($"http://once.test:{receiver.Port}/"));

        Assert.Equal(AttemptOutcome.Delivered, result.Outcome);
        Assert.Equal($"once.test:{receiver.Port}", Assert.Single(receiver.Requests).Headers["Host"]);
    }

    [Fact]
    public async Task An_allowed_network_is_reached_and_no_other()
    {
        var receiver = await Receiver.StartAsync();
        await using var _ = receiver;
        await using var parts = new SendingParts(new AlertOptions { AllowedNetworks = ["127.0.0.0/29", "192.168.10.0/24"] });

        foreach (var host in new[] { "127.0.0.1", "[::ffff:127.0.0.1]", "2130706433" })
        {
            Assert.Equal(AttemptOutcome.Delivered, (await parts.SendAsync(parts.Http($"http://{host}:{receiver.Port}/"))).Outcome);
        }

        foreach (var host in new[] { "127.0.0.9", "192.168.11.1", "10.0.0.1", "[::1]" })
        {
            Assert.Equal(AttemptOutcome.Blocked, (await parts.SendAsync(parts.Http($"http://{host}/"))).Outcome);
        }

        Assert.Null(await parts.Guard.CheckAsync(new Uri("http://192.168.10.7/"), CancellationToken.None));
        Assert.Null(await parts.Guard.CheckAsync(new Uri("http://[64:ff9b::c0a8:a07]/"), CancellationToken.None));
        Assert.Contains("192.168.11.1", await parts.Guard.CheckAsync(new Uri("http://192.168.11.1/"), CancellationToken.None), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_may_be_saved_and_says_so_when_sent()
    {
        await using var parts = new SendingParts(
            new AlertOptions(), (_, _) => throw new SocketException((int)SocketError.HostNotFound));

        Assert.Null(await parts.Guard.CheckAsync(new Uri("http://later.test/"), CancellationToken.None));
        foreach (var to in new[] { parts.Http("http://later.test/"), parts.Mail("smtp://later.test/"), parts.Syslog("syslog://later.test") })
        {
            var result = await parts.SendAsync(to);
            Assert.Equal((AttemptOutcome.Retryable, "The host name could not be resolved."), (result.Outcome, result.Error));
        }
    }

    [Fact]
    public async Task A_proxy_carries_what_may_be_reached_and_is_the_only_one_connected_to()
    {
        var proxy = await Receiver.StartAsync();
        await using var _ = proxy;
        await using var parts = new SendingParts(
            new AlertOptions { Proxy = $"http://user:pa%24s@127.0.0.1:{proxy.Port}" },
            (host, _) => Task.FromResult<IPAddress[]>([host switch
            {
                "127.0.0.1" => IPAddress.Loopback,
                "inside.test" => IPAddress.Parse("10.0.0.1"),
                _ => IPAddress.Parse("93.184.216.34"),
            }]));

        Assert.Equal(AttemptOutcome.Delivered, (await parts.SendAsync(parts.Http("http://outside.test/hook"))).Outcome);
        Assert.Equal(AttemptOutcome.Blocked, (await parts.SendAsync(parts.Http("http://inside.test/hook"))).Outcome);
        Assert.Equal(AttemptOutcome.Blocked, (await parts.SendAsync(parts.Http("http://127.0.0.1/hook"))).Outcome);

        Assert.Equal("outside.test", Assert.Single(proxy.Requests).Headers["Host"]);
    }

    [Fact]
    public void A_setting_that_is_no_network_or_proxy_stops_the_start()
    {
        var validator = new AlertOptionsValidator();

        Assert.True(validator.Validate(null, new AlertOptions { AllowedNetworks = ["10.0.0.0/8", "fd00::/8"], Proxy = "http://p:3128" }).Succeeded);
        Assert.Contains("\"10.0.0.0/33\"", validator.Validate(null, new AlertOptions { AllowedNetworks = ["10.0.0.0/33"] }).FailureMessage, StringComparison.Ordinal);
        Assert.True(validator.Validate(null, new AlertOptions { Proxy = "socks5://p" }).Failed);
        Assert.True(validator.Validate(null, new AlertOptions { TrustedCertificates = "/nowhere.pem" }).Failed);
    }
}
