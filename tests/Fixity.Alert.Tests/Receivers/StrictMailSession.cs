using System.Text;

namespace Fixity.Alert.Tests.Receivers;

/// <summary>One client's conversation with a <see cref="StrictMailServer"/>.</summary>
internal sealed class StrictMailSession(
    StrictMailServer server, MailServerManners manners, Stream stream, bool encrypted, Func<Stream, Task<Stream>> encrypt)
{
    private Stream _stream = stream;
    private bool _encrypted = encrypted;
    private bool _greeted;
    private string? _user;
    private string? _from;
    private List<string> _to = [];

    public async Task RunAsync(CancellationToken stop)
    {
        await SayAsync(manners.Greeting, stop);
        while (await ReadLineAsync(512, stop) is { } line)
        {
            server.Commands.Enqueue(line);
            if (!await HandleAsync(line, stop))
            {
                return;
            }
        }
    }

    /// <returns>False: the conversation is over.</returns>
    private async Task<bool> HandleAsync(string line, CancellationToken stop)
    {
        var verb = line.Split(' ')[0].ToUpperInvariant();
        switch (verb)
        {
            case "EHLO":
                _greeted = true;
                await SayAsync(Extensions(), stop);
                return true;
            case "STARTTLS" when manners.OffersStartTls && !_encrypted:
                await SayAsync("220 go ahead" + manners.Injected, stop);
                _stream = await encrypt(_stream);
                (_encrypted, _greeted) = (true, false);
                return true;
            case "AUTH" when _greeted && _encrypted && manners.Auth.Length > 0:
                await SayAsync(await IsUserAsync(line, stop) ? "235 2.7.0 welcome" : "535 5.7.8 who are you", stop);
                return true;
            case "MAIL" when _greeted && (manners.Auth.Length == 0 || _user is not null):
                (_from, _to) = (Address(line, "MAIL FROM:<"), []);
                await SayAsync("250 2.1.0 fine", stop);
                return true;
            case "RCPT" when _from is not null:
                var address = Address(line, "RCPT TO:<");
                var reply = manners.Recipient(address);
                _to.AddRange(reply.StartsWith('2') ? [address] : Array.Empty<string>());
                await SayAsync(reply, stop);
                return true;
            case "DATA" when _to.Count > 0:
                return await TakeAsync(stop);
            case "QUIT":
                await SayAsync("221 2.0.0 bye", stop);
                return false;
            default:
                server.Violations.Enqueue($"out of order: {line}");
                await SayAsync("503 5.5.1 out of order", stop);
                return true;
        }
    }

    private string Extensions()
    {
        var lines = new List<string> { "strict.test greets you", "ENHANCEDSTATUSCODES" };
        lines.AddRange(manners.OffersStartTls && !_encrypted ? ["STARTTLS"] : Array.Empty<string>());
        lines.AddRange(manners.Size is { } size ? [$"SIZE {size}"] : Array.Empty<string>());
        lines.AddRange(manners.Auth.Length > 0 && _encrypted ? [$"AUTH {manners.Auth}"] : Array.Empty<string>());
        return string.Join("\r\n", lines.Select((line, i) => $"250{(i == lines.Count - 1 ? ' ' : '-')}{line}"));
    }

    private async Task<bool> IsUserAsync(string line, CancellationToken stop)
    {
        string[] given;
        if (line.StartsWith("AUTH PLAIN ", StringComparison.OrdinalIgnoreCase))
        {
            given = Decode(line["AUTH PLAIN ".Length..]).Split('\0')[1..];
        }
        else
        {
            await SayAsync("334 VXNlcm5hbWU6", stop);
            var user = Decode((await ReadLineAsync(512, stop))!);
            await SayAsync("334 UGFzc3dvcmQ6", stop);
            given = [user, Decode((await ReadLineAsync(512, stop))!)];
        }

        _user = given is [var name, var password] && name == manners.User && password == manners.Password ? name : null;
        return _user is not null;
    }

    private async Task<bool> TakeAsync(CancellationToken stop)
    {
        await SayAsync("354 go on", stop);
        var text = new StringBuilder();
        while (await ReadLineAsync(1000, stop) is { } line && line != ".")
        {
            if (line.Any(c => c > '\x7f'))
            {
                server.Violations.Enqueue("eight bits that were not announced");
            }

            text.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        }

        server.Mails.Enqueue(new ReceivedMail(_from!, _to, text.ToString(), _encrypted, _user));
        if (manners.AfterData is null)
        {
            return false;
        }

        _from = null;
        await SayAsync(manners.AfterData, stop);
        return true;
    }

    /// <summary>A line ends with CR and LF, both and nothing else, and has at most so many bytes.</summary>
    private async Task<string?> ReadLineAsync(int mostBytes, CancellationToken stop)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await _stream.ReadAsync(one, stop) == 1)
        {
            if (one[0] == '\n' && line is [.., (byte)'\r'])
            {
                line.RemoveAt(line.Count - 1);
                if (line.Count + 2 > mostBytes)
                {
                    server.Violations.Enqueue($"a line of {line.Count + 2} bytes");
                }

                return Encoding.Latin1.GetString([.. line]);
            }

            if (one[0] == '\n' || line is [.., (byte)'\r'])
            {
                server.Violations.Enqueue("a bare line end");
            }

            line.Add(one[0]);
        }

        return null;
    }

    private string Address(string line, string before)
    {
        var end = line.IndexOf('>', StringComparison.Ordinal);
        if (!line.StartsWith(before, StringComparison.Ordinal) || end < 0)
        {
            server.Violations.Enqueue($"not of the form: {line}");
            return "";
        }

        return line[before.Length..end];
    }

    private async Task SayAsync(string reply, CancellationToken stop)
    {
        await _stream.WriteAsync(Encoding.Latin1.GetBytes(reply + "\r\n"), stop);
        await _stream.FlushAsync(stop);
    }

    private static string Decode(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));
}
