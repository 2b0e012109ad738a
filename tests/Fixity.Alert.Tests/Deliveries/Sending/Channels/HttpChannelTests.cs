using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Fixity.Alert.Deliveries.Sending;
using Fixity.Alert.Tests.Receivers;
using Fixity.Alert.Webhooks;

namespace Fixity.Alert.Tests.Deliveries.Sending.Channels;

public sealed class HttpChannelTests
{
    [Fact]
    public async Task Headers_of_the_webhook_win_over_the_formats_and_ours_over_both()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var parts = new SendingParts();
        var to = parts.Http(receiver.Url, new Dictionary<string, string>
        {
            ["Authorization"] = "Bearer tk_abc",
            ["Priority"] = "5",
            ["X-Signature"] = "mine",
            ["X-Odd"] = "a, b; \"c\"",
        });

        await parts.SendAsync(to, delivery: new OutgoingDelivery(
            SendingParts.DeliveryId, "file.deleted", "text", "text/plain; charset=utf-8",
            new Dictionary<string, string> { ["Priority"] = "1", ["Title"] = "3 files" }));

        var request = Assert.Single(receiver.Requests);
        Assert.Equal(
            ("Bearer tk_abc", "5", "3 files", "a, b; \"c\"", "text/plain; charset=utf-8"),
            (request.Headers["Authorization"], request.Headers["Priority"], request.Headers["Title"],
                request.Headers["X-Odd"], request.Headers["Content-Type"]));
        Assert.Equal(Signature(request), request.Headers["X-Signature"]);
    }

    [Theory]
    [InlineData("X-A", "a\r\nX-B: b")]
    [InlineData("X-A", "ü")]
    [InlineData("X A", "value")]
    [InlineData("X-A\r\nX-B", "value")]
    [InlineData("Content-Length", "3333")]
    public async Task A_header_that_would_be_two_is_never_sent(string name, string value)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var parts = new SendingParts();

        var result = await parts.SendAsync(parts.Http(receiver.Url, new Dictionary<string, string> { [name] = value }));

        Assert.Equal(AttemptOutcome.Refused, result.Outcome);
        Assert.DoesNotContain(value, result.Error, StringComparison.Ordinal);
        Assert.Empty(receiver.Requests);
    }

    [Fact]
    public async Task PagerDutys_key_is_put_in_at_the_last_moment_and_signed_with_the_rest()
    {
        await using var receiver = await Receiver.StartAsync(202);
        await using var parts = new SendingParts();

        var result = await parts.SendAsync(
            parts.Http(receiver.Url, format: WebhookFormat.Pagerduty), """{"event_action":"trigger","payload":{"summary":"ä"}}""");

        Assert.Equal((AttemptOutcome.Delivered, 202), (result.Outcome, result.ResponseStatus));
        var request = Assert.Single(receiver.Requests);
        var body = JsonElement.Parse(request.Text);
        Assert.Equal(SendingParts.Secret, body.GetProperty("routing_key").GetString());
        Assert.Equal("ä", body.GetProperty("payload").GetProperty("summary").GetString());
        Assert.Equal(Signature(request), request.Headers["X-Signature"]);
    }

    [Theory]
    [InlineData(200, nameof(AttemptOutcome.Delivered))]
    [InlineData(204, nameof(AttemptOutcome.Delivered))]
    [InlineData(302, nameof(AttemptOutcome.Refused))]
    [InlineData(400, nameof(AttemptOutcome.Refused))]
    [InlineData(408, nameof(AttemptOutcome.Retryable))]
    [InlineData(410, nameof(AttemptOutcome.Gone))]
    [InlineData(429, nameof(AttemptOutcome.Retryable))]
    [InlineData(500, nameof(AttemptOutcome.Retryable))]
    [InlineData(599, nameof(AttemptOutcome.Retryable))]
    public async Task The_status_decides(int status, string outcome)
    {
        await using var receiver = await Receiver.StartAsync(status);
        await using var parts = new SendingParts();

        var result = await parts.SendAsync(parts.Http(receiver.Url));

        Assert.Equal((outcome, status), (result.Outcome.ToString(), result.ResponseStatus));
    }

    [Theory]
    [InlineData("localhost", false, true)]
    [InlineData("localhost", true, false)]
    [InlineData("other.test", false, false)]
    public async Task A_root_of_the_administrator_is_trusted_for_the_right_name_while_it_is_valid(
        string name, bool expired, bool trusted)
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue(name, expired);
        await using var receiver = await Receiver.StartAsync(_ => Task.CompletedTask, certificate: certificate);
        await using var knowing = new SendingParts(new AlertOptions
        {
            AllowPrivateNetworks = true,
            TrustedCertificates = authority.RootPath,
        });
        await using var unknowing = new SendingParts();
        var url = $"https://localhost:{receiver.Port}/";

        var result = await knowing.SendAsync(knowing.Http(url));
        Assert.True(trusted == (result.Outcome == AttemptOutcome.Delivered), result.ToString());
        var refused = await unknowing.SendAsync(unknowing.Http(url));
        Assert.Equal(AttemptOutcome.Retryable, refused.Outcome);
        Assert.StartsWith("TLS failed: ", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_drops_after_the_delivery_arrived_is_a_failure_that_is_tried_again_under_the_same_id()
    {
        var calls = 0;
        await using var receiver = await Receiver.StartAsync(context =>
        {
            if (Interlocked.Increment(ref calls) == 1)
            {
                context.Abort();
            }

            return Task.CompletedTask;
        });
        await using var parts = new SendingParts();

        Assert.Equal(AttemptOutcome.Retryable, (await parts.SendAsync(parts.Http(receiver.Url))).Outcome);
        Assert.Equal(AttemptOutcome.Delivered, (await parts.SendAsync(parts.Http(receiver.Url))).Outcome);

        Assert.Equal(2, receiver.Requests.Count);
        Assert.Single(receiver.Requests.Select(r => (r.DeliveryId, r.Text)).Distinct());
    }

    private static string Signature(ReceivedRequest request) => "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(
        Encoding.UTF8.GetBytes(SendingParts.Secret),
        Encoding.UTF8.GetBytes($"{request.Headers["X-Fixity-Timestamp"]}.{request.Text}")));
}
