using System.Buffers;
using System.Buffers.Binary;

namespace Fixity.Data;

/// <summary>Writes rows in PostgreSQL's binary COPY format from one reused buffer, so that a new row costs the server's
/// work and hardly any of ours.</summary>
/// <remarks>Types are not checked here: each field must be written as exactly the type of its column.</remarks>
public sealed class BinaryCopyWriter : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    // Leaves room for one more row: the longest path has 2,500 bytes.
    private const int FullBytes = BufferBytes - 8 * 1024;

#pragma warning disable CA2213 // The caller's: ending it is what says that the rows are all there.
    private readonly Stream _stream;
#pragma warning restore CA2213
    private static readonly DateTime Epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _length;

    /// <param name="stream">As <c>BeginRawBinaryCopy</c> gives it; stays the caller's to end.</param>
    public BinaryCopyWriter(Stream stream)
    {
        _stream = stream;
        Signature.CopyTo(_buffer);
        _length = Signature.Length;
    }

    /// <summary>Ask after each row: then <see cref="FlushAsync"/> before the next.</summary>
    public bool IsFull => _length >= FullBytes;

    /// <summary>What every binary COPY begins with: eleven bytes of signature, no flags, no extension.</summary>
    internal static ReadOnlySpan<byte> Signature =>
        [(byte)'P', (byte)'G', (byte)'C', (byte)'O', (byte)'P', (byte)'Y', (byte)'\n', 0xFF, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];

    public void StartRow(short fields) => BinaryPrimitives.WriteInt16BigEndian(Take(sizeof(short)), fields);

    public void Write(long? value)
    {
        if (StartField(value is null, sizeof(long)))
        {
            BinaryPrimitives.WriteInt64BigEndian(Take(sizeof(long)), value.GetValueOrDefault());
        }
    }

    public void Write(int? value)
    {
        if (StartField(value is null, sizeof(int)))
        {
            BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), value.GetValueOrDefault());
        }
    }

    public void Write(short? value)
    {
        if (StartField(value is null, sizeof(short)))
        {
            BinaryPrimitives.WriteInt16BigEndian(Take(sizeof(short)), value.GetValueOrDefault());
        }
    }

    /// <summary>A <c>timestamptz</c>: microseconds since 2000.</summary>
    public void Write(DateTime utc) => Write((utc - Epoch).Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>A <c>bytea</c>, or <c>text</c> as UTF-8.</summary>
    public void Write(ReadOnlySpan<byte> value)
    {
        StartField(isNull: false, value.Length);
        value.CopyTo(Take(value.Length));
    }

    public async ValueTask FlushAsync(CancellationToken cancellation)
    {
        await _stream.WriteAsync(_buffer.AsMemory(0, _length), cancellation);
        _length = 0;
    }

    /// <summary>Sends what is left and the mark of the end.</summary>
    public ValueTask EndAsync(CancellationToken cancellation)
    {
        StartRow(-1);
        return FlushAsync(cancellation);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private bool StartField(bool isNull, int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), isNull ? -1 : length);
        return !isNull;
    }

    private Span<byte> Take(int bytes)
    {
        var span = _buffer.AsSpan(_length, bytes);
        _length += bytes;
        return span;
    }
}
