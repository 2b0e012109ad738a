using System.Globalization;
using System.Text;

namespace Fixity.Alert.Deliveries.Sending.Smtp;

/// <summary>Lines to a mail server and its replies (RFC 5321, 4.2), of a stranger and so bounded.</summary>
internal sealed class SmtpWire(Stream stream)
{
    // RFC 5321 allows 512; some say more.
    private const int MaxLineBytes = 2 * 1024;
    private const int MaxLines = 100;
    private const int CodeLength = 3;

    private readonly byte[] _buffer = new byte[MaxLineBytes];
    private int _start;
    private int _end;

    /// <summary>Whether the server has said more than it was asked.</summary>
    public bool HasUnread => _end > _start;

    /// <param name="command">Never anything of a message: a line break would begin a command of its own.</param>
    public async Task<SmtpReply> AskAsync(string command, CancellationToken cancellation)
    {
        if (command.Any(c => c is < ' ' or > '~'))
        {
            throw new SmtpUnusableException("A mail address or user name holds what is not printable ASCII.");
        }

        await WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), cancellation);
        return await ReadReplyAsync(cancellation);
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await stream.WriteAsync(bytes, cancellation);
        await stream.FlushAsync(cancellation);
    }

    public async Task<SmtpReply> ReadReplyAsync(CancellationToken cancellation)
    {
        var lines = new List<string>();
        while (lines.Count < MaxLines)
        {
            var line = await ReadLineAsync(cancellation);
            if (line.Length < CodeLength
                || !int.TryParse(line.AsSpan(0, CodeLength), NumberStyles.None, CultureInfo.InvariantCulture, out var code)
                || (line.Length > CodeLength && line[CodeLength] is not (' ' or '-')))
            {
                throw new IOException("The server does not speak SMTP.");
            }

            lines.Add(line.Length > CodeLength ? line[(CodeLength + 1)..] : "");
            if (line.Length == CodeLength || line[CodeLength] == ' ')
            {
                return new SmtpReply(code, lines);
            }
        }

        throw new IOException($"The server's reply has more than {MaxLines} lines.");
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var line = Encoding.Latin1.GetString(_buffer, _start, length).TrimEnd('\r');
                _start += length + 1;
                return string.Concat(line.Select(c => char.IsControl(c) ? '?' : c));
            }

            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            if (_end == _buffer.Length)
            {
                throw new IOException($"The server's reply has a line of more than {MaxLineBytes} bytes.");
            }

            var count = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation);
            if (count == 0)
            {
                throw new IOException("The server closed the connection before it had answered.");
            }

            _end += count;
        }
    }
}
