using System.Buffers.Binary;

namespace Fixity.Smb.Transport;

/// <summary>Cuts the stream into messages: four bytes that say how long it is, then the message (MS-SMB2 2.1).</summary>
internal sealed class FrameReader(ISmbTransport transport, FramePool pool)
{
    private const int PrefixBytes = 4;

    /// <summary>What claims to be longer is no message, and nothing is allocated for it.</summary>
    public required int MaxFrameBytes { get; set; }

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(64 * 1024);
    private int _start;
    private int _end;
    private long _received;

    /// <summary>Grows with every byte that comes: how a watch sees that the server lives.</summary>
    public long ReceivedBytes => Volatile.Read(ref _received);

    /// <returns>Null: the server closed between two messages.</returns>
    public async ValueTask<Frame?> NextAsync(CancellationToken cancellation)
    {
        while (_end - _start < PrefixBytes)
        {
            if (!await FillAsync(cancellation))
            {
                return _end == _start
                    ? null
                    : throw new SmbException(SmbFailure.ConnectionLost, "the connection ended inside of a message");
            }
        }

        var prefix = BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(_start));
        if (prefix > MaxFrameBytes || prefix < sizeof(uint))
        {
            throw new SmbException(SmbFailure.Protocol, "what the server sent is not a message of SMB");
        }

        var frame = pool.Take((int)prefix);
        _start += PrefixBytes;
        var had = Math.Min(frame.Length, _end - _start);
        _buffer.AsSpan(_start, had).CopyTo(frame.Bytes);
        _start += had;
        while (had < frame.Length)
        {
            had += await ReceiveAsync(frame.Memory.AsMemory(had, frame.Length - had), cancellation) is > 0 and var more
                ? more
                : throw new SmbException(SmbFailure.ConnectionLost, "the connection ended inside of a message");
        }

        return frame;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        var received = await ReceiveAsync(_buffer.AsMemory(_end), cancellation);
        _end += received;
        return received > 0;
    }

    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var received = await transport.ReceiveAsync(buffer, cancellation);
        Volatile.Write(ref _received, _received + received);
        return received;
    }
}
