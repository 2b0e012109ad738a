using Fixity.Smb.Transport;

namespace Fixity.Smb.Connection;

/// <summary>Sends what several callers wrote in as few calls as it goes: who finds nobody sending sends for all.</summary>
internal sealed class Outbox(ISmbTransport transport, Action<Exception> failed, CancellationToken stop)
{
    private const int FirstBytes = 16 * 1024;

    private byte[] _filling = new byte[FirstBytes];
    private byte[] _sending = new byte[FirstBytes];
    private int _filled;
    private bool _isSending;

    /// <summary>Held while messages get their numbers and signatures: both go by the order of sending.</summary>
    public Lock Lock { get; } = new();

    /// <summary>Room for one message, its length already before it. Only under the lock.</summary>
    public Span<byte> Add(int length)
    {
        var needed = _filled + sizeof(int) + length;
        if (needed > _filling.Length)
        {
            Array.Resize(ref _filling, Math.Max(needed, 2 * _filling.Length));
        }

        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(_filling.AsSpan(_filled), length);
        var message = _filling.AsSpan(_filled + sizeof(int), length);
        _filled = needed;
        return message;
    }

    /// <summary>Begins to send, if nobody does. Outside of the lock.</summary>
    public void Flush()
    {
        lock (Lock)
        {
            if (_isSending || _filled == 0)
            {
                return;
            }

            _isSending = true;
        }

        _ = SendAsync();
    }

    private async Task SendAsync()
    {
        try
        {
            while (Take() is { IsEmpty: false } data)
            {
                await transport.SendAsync(data, stop);
            }
        }
#pragma warning disable CA1031 // Not swallowed: it ends the connection, and everybody who waits on it is told.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            failed(failure);
        }
    }

    private ReadOnlyMemory<byte> Take()
    {
        lock (Lock)
        {
            var length = _filled;
            (_filling, _sending, _filled, _isSending) = (_sending, _filling, 0, length > 0);
            return _sending.AsMemory(0, length);
        }
    }
}
