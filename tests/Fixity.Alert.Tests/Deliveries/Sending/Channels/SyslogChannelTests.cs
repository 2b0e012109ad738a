using System.Net;
using System.Net.Sockets;
using Fixity.Alert.Deliveries.Sending;
using Fixity.Alert.Tests.Receivers;

namespace Fixity.Alert.Tests.Deliveries.Sending.Channels;

public sealed class SyslogChannelTests : IDisposable
{
    private const string Message = "<10>1 2026-01-01T00:00:00Z host fixity - file.corrupted - \uFEFFä line\nand 12 <34>1 another";

    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_arrives_whole_whatever_is_in_it(bool encrypted)
    {
        using var certificate = encrypted ? _authority.Issue() : null;
        await using var server = new SyslogServer(certificate);
        await using var parts = Parts();

        var result = await parts.SendAsync(
            parts.Syslog($"{(encrypted ? "syslogs" : "syslog")}://localhost:{server.Port}"), Message);

        Assert.Equal(new AttemptResult(AttemptOutcome.Delivered, null, null, null), result);
        await server.ReadToEndAsync();
        Assert.Equal([Message], server.Messages);
    }

    [Fact]
    public async Task A_server_that_resets_the_connection_has_not_taken_it()
    {
        await using var server = new SyslogServer(resets: true);
        await using var parts = Parts();

        var result = await parts.SendAsync(parts.Syslog($"syslog://localhost:{server.Port}"), Message);

        Assert.Equal(AttemptOutcome.Retryable, result.Outcome);
    }

    [Fact]
    public async Task One_that_keeps_its_side_open_has()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        await using var parts = Parts();

        var sending = parts.SendAsync(parts.Syslog($"syslog://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}"), "<10>1 -");
        using var client = await server.AcceptTcpClientAsync();
        using var reader = new StreamReader(client.GetStream());

        Assert.Equal("7 <10>1 -", await reader.ReadToEndAsync());
        Assert.Equal(AttemptOutcome.Delivered, (await sending).Outcome);
    }

    [Fact]
    public async Task Nobody_there_and_an_untrusted_certificate_are_failures_that_say_so()
    {
        using var certificate = _authority.Issue();
        await using var server = new SyslogServer(certificate);
        await using var unknowing = new SendingParts();
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();

        var untrusted = await unknowing.SendAsync(unknowing.Syslog($"syslogs://localhost:{server.Port}"), Message);
        var refused = await unknowing.SendAsync(unknowing.Syslog($"syslog://127.0.0.1:{port}"), Message);

        Assert.StartsWith("TLS failed: ", untrusted.Error, StringComparison.Ordinal);
        Assert.Equal((AttemptOutcome.Retryable, AttemptOutcome.Retryable), (untrusted.Outcome, refused.Outcome));
        Assert.NotEmpty(refused.Error!);
        Assert.Empty(server.Messages);
    }

    private SendingParts Parts() =>
        new(new AlertOptions { AllowPrivateNetworks = true, TrustedCertificates = _authority.RootPath });
}
