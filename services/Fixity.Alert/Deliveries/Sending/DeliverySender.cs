using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Fixity.Alert.Deliveries.Sending.Channels;
using Fixity.Alert.Deliveries.Sending.Guard;
using Fixity.Alert.Webhooks;

namespace Fixity.Alert.Deliveries.Sending;

/// <summary>Makes one attempt over the webhook's channel, and says in a value what came of it.</summary>
internal sealed class DeliverySender(IEnumerable<IDeliveryChannel> channels, TimeProvider clock)
{
    private readonly Dictionary<WebhookChannel, IDeliveryChannel> _channels =
        channels.ToDictionary(channel => channel.Channel);

    /// <exception cref="OperationCanceledException">The caller gave up; a receiver that is too slow is a result.</exception>
    public async Task<AttemptResult> SendAsync(
        WebhookDestination to, OutgoingDelivery delivery, CancellationToken cancellation)
    {
        using var activity = DeliveryMetrics.Activities.StartActivity("deliver webhook", ActivityKind.Client);
        activity?.SetTag("fixity.webhook.id", to.WebhookId);
        activity?.SetTag("fixity.webhook.channel", to.Channel.Word());
        activity?.SetTag("fixity.delivery.id", delivery.Id);
        var result = await AttemptAsync(to, delivery, cancellation);
        activity?.SetTag("fixity.response.status", result.ResponseStatus);
        activity?.SetStatus(result.Outcome == AttemptOutcome.Delivered ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
        return result;
    }

    private async Task<AttemptResult> AttemptAsync(
        WebhookDestination to, OutgoingDelivery delivery, CancellationToken cancellation)
    {
        var channel = _channels[to.Channel];
        if (!Uri.TryCreate(to.Url, UriKind.Absolute, out var url) || !channel.Schemes.Contains(url.Scheme))
        {
            return new AttemptResult(AttemptOutcome.Blocked, null, null, "blocked: the scheme of its url is none of its channel's.");
        }

        using var timeout = new CancellationTokenSource(to.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            return await channel.SendAsync(to, delivery, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return AttemptResult.NoAnswer(timeout.IsCancellationRequested
                ? $"No answer within {to.Timeout.TotalSeconds:F0} s."
                : "The receiver could not be connected to in time.");
        }
        catch (Exception e) when (Find<BlockedAddressException>(e) is { } blocked)
        {
            return new AttemptResult(AttemptOutcome.Blocked, null, null, blocked.Message);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException or AuthenticationException)
        {
            return AttemptResult.NoAnswer(Describe(e));
        }
        catch (CryptographicException e)
        {
            // Another replica, or this one after its key was put right, may be able to.
            return AttemptResult.NoAnswer($"The webhook's secrets cannot be read: {e.Message}");
        }
    }

    private static string Describe(Exception failure)
    {
        if (Find<AuthenticationException>(failure) is { } tls)
        {
            return $"TLS failed: {tls.InnerException?.Message ?? tls.Message}";
        }

        return failure is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }
            || Find<SocketException>(failure) is
            {
                SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData or SocketError.NoRecovery,
            }
            ? "The host name could not be resolved."
            // The http client's own words for a connection that breaks off say nothing; what is within them does.
            : failure is HttpRequestException { InnerException: IOException within } ? within.Message
            : failure.Message;
    }

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
