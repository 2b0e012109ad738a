using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Fixity.Alert.Deliveries.Sending.Guard;
using Fixity.Alert.Webhooks;

namespace Fixity.Alert.Deliveries.Sending.Channels;

/// <summary>A signed POST to a receiver's url.</summary>
internal sealed class HttpChannel(
    IHttpClientFactory clients, WebhookSecrets secrets, DestinationGuard guard, TimeProvider clock) : IDeliveryChannel
{
    public const string ClientName = "webhooks";

    private const int MaxStatusClass = 299;

    public WebhookChannel Channel => WebhookChannel.Http;

    public IReadOnlyList<string> Schemes { get; } = [Uri.UriSchemeHttps, Uri.UriSchemeHttp];

    public async Task<AttemptResult> SendAsync(
        WebhookDestination to, OutgoingDelivery delivery, CancellationToken cancellation)
    {
        if (await guard.CheckForProxyAsync(new Uri(to.Url), cancellation) is { } refusal)
        {
            throw new BlockedAddressException(refusal);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(to.Url));
        if (Fill(request, to, delivery) is { } error)
        {
            return AttemptResult.Unsendable(error);
        }

        using var client = clients.CreateClient(ClientName);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        // The status decides. What follows it is only kept for people, however slowly or brokenly it comes.
        var body = await ResponseExcerpt.ReadAsync(response.Content, cancellation);
        return Judge(response, body);
    }

    /// <returns>Null, or why it cannot be sent.</returns>
    private string? Fill(HttpRequestMessage request, WebhookDestination to, OutgoingDelivery delivery)
    {
        var secret = secrets.Open(to.WebhookId, to.SealedSecret);
        try
        {
            var body = Body(to, delivery, secret);
            var timestamp = clock.GetUtcNow().ToUnixTimeSeconds();
            request.Content = new ByteArrayContent(body)
            {
                Headers = { ContentType = MediaTypeHeaderValue.Parse(delivery.ContentType) },
            };
            // The webhook's own before the format's, and ours over both: a signature is not to be chosen.
            (string, string)[] headers =
            [
                ("User-Agent", "Fixity/0.1"),
                .. (delivery.Headers ?? new Dictionary<string, string>()).Select(header => (header.Key, header.Value)),
                .. secrets.OpenHeaders(to.WebhookId, to.SealedHeaders).Select(header => (header.Key, header.Value)),
                ("X-Fixity-Delivery", delivery.Id.ToString()),
                ("X-Fixity-Event", delivery.EventType),
                ("X-Fixity-Timestamp", timestamp.ToString(CultureInfo.InvariantCulture)),
                ("X-Signature", DeliverySignature.Of(secret, timestamp, body)),
            ];
            return headers.Select(header => Set(request, header.Item1, header.Item2)).FirstOrDefault(error => error is not null);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static string? Set(HttpRequestMessage request, string name, string value)
    {
        // Checked when it was saved; but here is the place where a line break would be one.
        if (value.Any(c => c is < ' ' or > '~'))
        {
            return $"The value of header {name} is not printable ASCII.";
        }

        try
        {
            request.Headers.Remove(name);
            return request.Headers.TryAddWithoutValidation(name, value) ? null : $"{name} is not a header of a request.";
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or ArgumentException)
        {
            return $"{name} is not a header of a request.";
        }
    }

    // PagerDuty knows its customers by a key within the body. It is the webhook's secret, and never stored in the clear.
    private static byte[] Body(WebhookDestination to, OutgoingDelivery delivery, byte[] secret)
    {
        if (to.Format != WebhookFormat.Pagerduty)
        {
            return Encoding.UTF8.GetBytes(delivery.Payload);
        }

        var body = JsonNode.Parse(delivery.Payload)!.AsObject();
        body["routing_key"] = Encoding.UTF8.GetString(secret);
        return Encoding.UTF8.GetBytes(body.ToJsonString());
    }

    private AttemptResult Judge(HttpResponseMessage response, string? body)
    {
        var status = (int)response.StatusCode;
        return response.StatusCode switch
        {
            >= HttpStatusCode.OK and <= (HttpStatusCode)MaxStatusClass => AttemptResult.Delivered(status, body),
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError =>
                new AttemptResult(AttemptOutcome.Retryable, status, body, $"HTTP {status}.", RetryAfterOf(response)),
            HttpStatusCode.Gone => new AttemptResult(
                AttemptOutcome.Gone, status, body, "HTTP 410: the receiver is gone for good."),
            < HttpStatusCode.BadRequest => new AttemptResult(
                AttemptOutcome.Refused, status, body, $"HTTP {status}: redirects are not followed."),
            _ => new AttemptResult(AttemptOutcome.Refused, status, body, $"HTTP {status}: the receiver refused it."),
        };
    }

    private TimeSpan? RetryAfterOf(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - clock.GetUtcNow(),
        _ => null,
    };
}
