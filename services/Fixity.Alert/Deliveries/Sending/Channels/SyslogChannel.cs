using System.Globalization;
using System.Text;
using Fixity.Alert.Deliveries.Sending.Guard;
using Fixity.Alert.Webhooks;

namespace Fixity.Alert.Deliveries.Sending.Channels;

/// <summary>A syslog server: over TCP with octet counting (RFC 6587), or over TLS (RFC 5425), which counts the same way.</summary>
/// <remarks>
/// The protocol knows no answer. So one connection carries one message and is then half closed: a server that is alive reads
/// to the end and closes its side, one that is not resets the connection, and that is a failure.
/// </remarks>
internal sealed class SyslogChannel(DestinationGuard guard, DestinationTls tls, TimeProvider clock) : IDeliveryChannel
{
    private const int TcpPort = 601;
    private const int TlsPort = 6514;

    // Some servers leave a half closed connection as it is. The message has then been taken by their system.
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(1);

    public WebhookChannel Channel => WebhookChannel.Syslog;

    public IReadOnlyList<string> Schemes { get; } = ["syslog", "syslogs"];

    public async Task<AttemptResult> SendAsync(
        WebhookDestination to, OutgoingDelivery delivery, CancellationToken cancellation)
    {
        var url = new Uri(to.Url);
        var encrypted = url.Scheme == "syslogs";
        await using var connection = await ReceiverConnection.OpenAsync(
            guard, tls, url, encrypted ? TlsPort : TcpPort, encrypted, clock, cancellation);
        await connection.Stream.WriteAsync(Frame(delivery.Payload), cancellation);
        await connection.Stream.FlushAsync(cancellation);
        await connection.ShutDownAsync();
        await WaitForCloseAsync(connection.Stream, cancellation);
        return AttemptResult.Delivered(null, null);
    }

    /// <summary><c>MSG-LEN SP MSG</c>: no character within the message can end it.</summary>
    internal static byte[] Frame(string message)
    {
        var text = Encoding.UTF8.GetBytes(message);
        return [.. Encoding.ASCII.GetBytes(text.Length.ToString(CultureInfo.InvariantCulture)), (byte)' ', .. text];
    }

    private async Task WaitForCloseAsync(Stream stream, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(ClosePatience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        var ignored = new byte[1024];
        try
        {
            while (await stream.ReadAsync(ignored, either.Token) > 0)
            {
                // A syslog server has nothing to say.
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // It keeps its side open.
        }
    }
}
