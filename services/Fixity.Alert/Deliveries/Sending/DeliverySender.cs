using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Fixity.Alert.Webhooks;

namespace Fixity.Alert.Deliveries.Sending;

/// <summary>Makes one attempt: signs, sends, and says in a value what came of it.</summary>
internal sealed class DeliverySender(IHttpClientFactory clients, WebhookSecrets secrets, TimeProvider clock)
{
    public const string ClientName = "webhooks";

    private const int MaxStatusClass = 299;

    /// <exception cref="OperationCanceledException">The caller gave up; a receiver that is too slow is a result.</exception>
    public async Task<AttemptResult> SendAsync(
        WebhookDestination to, OutgoingDelivery delivery, CancellationToken cancellation)
    {
        using var activity = DeliveryMetrics.Activities.StartActivity("deliver webhook", ActivityKind.Client);
        activity?.SetTag("fixity.webhook.id", to.WebhookId);
        activity?.SetTag("fixity.delivery.id", delivery.Id);
        using var timeout = new CancellationTokenSource(to.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        AttemptResult result;
        try
        {
            result = await ExchangeAsync(to, delivery, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            result = NoAnswer(timeout.IsCancellationRequested
                ? $"No answer within {to.Timeout.TotalSeconds:F0} s."
                : "The receiver could not be connected to in time.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            result = Find<BlockedAddressException>(e) is { } blocked
                ? new AttemptResult(AttemptOutcome.Blocked, null, null, blocked.Message)
                : NoAnswer(Describe(e));
        }
        catch (CryptographicException e)
        {
            // Another replica, or this one after its key was put right, may be able to.
            result = NoAnswer($"The webhook's secret cannot be read: {e.Message}");
        }

        activity?.SetTag("http.response.status_code", result.ResponseStatus);
        activity?.SetStatus(result.Outcome == AttemptOutcome.Delivered ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
        return result;
    }

    private async Task<AttemptResult> ExchangeAsync(
        WebhookDestination to, OutgoingDelivery delivery, CancellationToken cancellation)
    {
        using var request = CreateRequest(to, delivery);
        using var client = clients.CreateClient(ClientName);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        // The status decides. What follows it is only kept for people, however slowly or brokenly it comes.
        var body = await ResponseExcerpt.ReadAsync(response.Content, cancellation);
        return Judge(response, body);
    }

    private HttpRequestMessage CreateRequest(WebhookDestination to, OutgoingDelivery delivery)
    {
        var body = Encoding.UTF8.GetBytes(delivery.Payload);
        var timestamp = clock.GetUtcNow().ToUnixTimeSeconds();
        var secret = secrets.Open(to.WebhookId, to.SealedSecret);
        var signature = DeliverySignature.Of(secret, timestamp, body);
        CryptographicOperations.ZeroMemory(secret);
        return new HttpRequestMessage(HttpMethod.Post, new Uri(to.Url))
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
            Headers =
            {
                { "User-Agent", "Fixity/0.1" },
                { "X-Fixity-Delivery", delivery.Id.ToString() },
                { "X-Fixity-Event", delivery.EventType },
                { "X-Fixity-Timestamp", timestamp.ToString(CultureInfo.InvariantCulture) },
                { "X-Signature", signature },
            },
        };
    }

    private AttemptResult Judge(HttpResponseMessage response, string? body)
    {
        var status = (int)response.StatusCode;
        return response.StatusCode switch
        {
            >= HttpStatusCode.OK and <= (HttpStatusCode)MaxStatusClass =>
                new AttemptResult(AttemptOutcome.Delivered, status, body, null),
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError =>
                new AttemptResult(AttemptOutcome.Retryable, status, body, $"HTTP {status}.", RetryAfterOf(response)),
            < HttpStatusCode.BadRequest =>
                new AttemptResult(AttemptOutcome.Final, status, body, $"HTTP {status}: redirects are not followed."),
            _ => new AttemptResult(AttemptOutcome.Final, status, body, $"HTTP {status}: the receiver refused it."),
        };
    }

    private TimeSpan? RetryAfterOf(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - clock.GetUtcNow(),
        _ => null,
    };

    private static AttemptResult NoAnswer(string error) => new(AttemptOutcome.Retryable, null, null, error);

    private static string Describe(Exception failure) => failure switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "The host name could not be resolved.",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } e =>
            $"TLS failed: {e.InnerException?.Message ?? e.Message}",
        _ => failure.Message,
    };

    private static T? Find<T>(Exception? failure)
        where T : Exception
    {
        while (failure is not null and not T)
        {
            failure = failure.InnerException;
        }

        return (T?)failure;
    }
}
