using System.Globalization;
using System.Net;
using System.Text;
using Fixity.Alert.Deliveries.Sending.Channels;
using Fixity.Alert.Webhooks;

namespace Fixity.Alert.Deliveries.Sending.Smtp;

/// <summary>One conversation with a mail server: greet, encrypt, log in, hand in one mail (RFC 5321, 3207, 4954).</summary>
internal sealed class SmtpSession(ReceiverConnection connection)
{
    private SmtpWire _wire = new(connection.Stream);
    private Dictionary<string, string> _extensions = [];

    public async Task GreetAsync(CancellationToken cancellation)
    {
        Expect("greeting", await _wire.ReadReplyAsync(cancellation));
        await HelloAsync(cancellation);
    }

    public async Task StartTlsAsync(CancellationToken cancellation)
    {
        if (!_extensions.ContainsKey("STARTTLS"))
        {
            throw new SmtpUnusableException(
                "The server offers no STARTTLS, so nothing was sent; only mail.security none sends in the clear.");
        }

        Expect("STARTTLS", await _wire.AskAsync("STARTTLS", cancellation));
        if (_wire.HasUnread)
        {
            // Somebody on the way put words in before the encryption, to have them taken for the server's.
            throw new SmtpUnusableException("The server said more in the clear after STARTTLS; that is not to be trusted.");
        }

        await connection.EncryptAsync(cancellation);
        _wire = new SmtpWire(connection.Stream);
        // What it said in the clear may have been said by anybody.
        await HelloAsync(cancellation);
    }

    public async Task LogInAsync(string userName, string password, CancellationToken cancellation)
    {
        if (!connection.IsEncrypted)
        {
            throw new SmtpUnusableException("A password is only sent encrypted.");
        }

        var mechanisms = _extensions.GetValueOrDefault("AUTH", "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (mechanisms.Contains("PLAIN", StringComparer.OrdinalIgnoreCase))
        {
            Expect("login", await _wire.AskAsync($"AUTH PLAIN {Base64($"\0{userName}\0{password}")}", cancellation));
        }
        else if (mechanisms.Contains("LOGIN", StringComparer.OrdinalIgnoreCase))
        {
            Expect("login", await _wire.AskAsync("AUTH LOGIN", cancellation));
            Expect("login", await _wire.AskAsync(Base64(userName), cancellation));
            Expect("login", await _wire.AskAsync(Base64(password), cancellation));
        }
        else
        {
            throw new SmtpUnusableException("The server offers neither AUTH PLAIN nor AUTH LOGIN.");
        }
    }

    /// <param name="takeWhoTakes">Whether a recipient refused for now is left out; else nobody gets it now.</param>
    /// <returns>What the server said to the mail, and who will not get it.</returns>
    public async Task<(SmtpReply Accepted, IReadOnlyList<string> LeftOut)> SendAsync(
        MailSettings envelope, SmtpMessage message, bool takeWhoTakes, CancellationToken cancellation)
    {
        Expect("sender", await _wire.AskAsync($"MAIL FROM:<{envelope.From}>{Parameters(message)}", cancellation));
        var leftOut = new List<string>();
        SmtpReply? refusal = null;
        foreach (var address in envelope.To)
        {
            var reply = await _wire.AskAsync($"RCPT TO:<{address}>", cancellation);
            if (reply.IsPositive)
            {
                continue;
            }

            if (reply.IsTemporary && !takeWhoTakes)
            {
                // Nobody has it yet: later all may get it at once, and none of them twice.
                throw new SmtpRefusedException($"recipient {address}", reply);
            }

            leftOut.Add($"{address}: {reply}");
            refusal = reply;
        }

        if (refusal is not null && leftOut.Count == envelope.To.Count)
        {
            throw new SmtpRefusedException("all recipients", refusal);
        }

        Expect("DATA", await _wire.AskAsync("DATA", cancellation));
        await _wire.WriteAsync(message.Stuffed, cancellation);
        return (Expect("message", await _wire.ReadReplyAsync(cancellation)), leftOut);
    }

    public Task<SmtpReply> QuitAsync(CancellationToken cancellation) => _wire.AskAsync("QUIT", cancellation);

    private async Task HelloAsync(CancellationToken cancellation)
    {
        var reply = Expect("EHLO", await _wire.AskAsync($"EHLO {OwnName()}", cancellation));
        var extensions = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in reply.Lines.Skip(1))
        {
            var end = line.IndexOf(' ', StringComparison.Ordinal);
            extensions[end < 0 ? line : line[..end]] = end < 0 ? "" : line[(end + 1)..];
        }

        _extensions = extensions;
    }

    private string Parameters(SmtpMessage message)
    {
        if (!message.IsAscii && !_extensions.ContainsKey("8BITMIME"))
        {
            throw new SmtpUnusableException("The server takes only seven bits, and the mail has eight.");
        }

        if (!_extensions.TryGetValue("SIZE", out var limit))
        {
            return message.IsAscii ? "" : " BODY=8BITMIME";
        }

        if (long.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var most)
            && most > 0 && message.SizeBytes > most)
        {
            throw new SmtpUnusableException($"The mail has {message.SizeBytes} bytes, the server takes {most}.");
        }

        return string.Create(
            CultureInfo.InvariantCulture, $" SIZE={message.SizeBytes}{(message.IsAscii ? "" : " BODY=8BITMIME")}");
    }

    private static SmtpReply Expect(string step, SmtpReply reply) =>
        reply.IsPositive ? reply : throw new SmtpRefusedException(step, reply);

    // The name of the machine, which in a container says nothing to nobody, but is one.
    private static string OwnName()
    {
        var name = Dns.GetHostName();
        return name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.') ? name : "[127.0.0.1]";
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
