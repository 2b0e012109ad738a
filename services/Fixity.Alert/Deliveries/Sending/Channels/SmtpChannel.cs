using Fixity.Alert.Deliveries.Sending.Guard;
using Fixity.Alert.Deliveries.Sending.Smtp;
using Fixity.Alert.Webhooks;

namespace Fixity.Alert.Deliveries.Sending.Channels;

/// <summary>A mail, handed in to the server that the webhook names.</summary>
internal sealed class SmtpChannel(
    DestinationGuard guard, DestinationTls tls, WebhookSecrets secrets, TimeProvider clock) : IDeliveryChannel
{
    private const int SubmissionPort = 587;
    private const int TlsPort = 465;

    private static readonly TimeSpan QuitPatience = TimeSpan.FromSeconds(1);

    public WebhookChannel Channel => WebhookChannel.Smtp;

    public IReadOnlyList<string> Schemes { get; } = ["smtp", "smtps"];

    public async Task<AttemptResult> SendAsync(
        WebhookDestination to, OutgoingDelivery delivery, CancellationToken cancellation)
    {
        if (to.Mail is not { To.Count: > 0 } envelope || !envelope.To.Append(envelope.From).All(IsAddress))
        {
            return AttemptResult.Unsendable("From whom and to whom the mail is, is missing or no mail address.");
        }

        try
        {
            return await HandInAsync(to, envelope, delivery, cancellation);
        }
        catch (SmtpUnusableException e)
        {
            return AttemptResult.Unsendable(e.Message);
        }
        catch (SmtpRefusedException e)
        {
            // 4xx: later perhaps (RFC 5321, 4.2.1). A 5xx stays one, as a 400 of http does.
            return new AttemptResult(
                e.Reply.IsTemporary ? AttemptOutcome.Retryable : AttemptOutcome.Refused, e.Reply.Code, e.Reply.ToString(),
                $"The mail server refused: {e.Message}");
        }
    }

    private async Task<AttemptResult> HandInAsync(
        WebhookDestination to, MailSettings envelope, OutgoingDelivery delivery, CancellationToken cancellation)
    {
        var url = new Uri(to.Url);
        var encrypted = url.Scheme == "smtps";
        await using var connection = await ReceiverConnection.OpenAsync(
            guard, tls, url, encrypted ? TlsPort : SubmissionPort, encrypted, clock, cancellation);
        var session = new SmtpSession(connection);
        await session.GreetAsync(cancellation);
        if (!encrypted && envelope.Security != MailSecurity.None)
        {
            await session.StartTlsAsync(cancellation);
        }

        if (envelope.UserName is { } userName)
        {
            var password = to.SealedPassword is { } box ? secrets.OpenPassword(to.WebhookId, box) : "";
            await session.LogInAsync(userName, password, cancellation);
        }

        var message = SmtpMessage.Of(delivery.Payload, delivery.Id, envelope, clock.GetUtcNow());
        var (accepted, leftOut) = await session.SendAsync(envelope, message, delivery.IsLastAttempt, cancellation);
        await SayGoodbyeAsync(session);
        return AttemptResult.Delivered(accepted.Code, string.Join('\n', leftOut.Prepend(accepted.ToString())));
    }

    private async Task SayGoodbyeAsync(SmtpSession session)
    {
        using var patience = new CancellationTokenSource(QuitPatience, clock);
        try
        {
            await session.QuitAsync(patience.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The mail was taken before it, and that is what counts.
        }
    }

    // What could end the bracket or the line that it stands in. The rest was asked when it was saved.
    private static bool IsAddress(string address) =>
        address.Contains('@', StringComparison.Ordinal) && address.All(c => c is > ' ' and <= '~' and not ('<' or '>'));
}
