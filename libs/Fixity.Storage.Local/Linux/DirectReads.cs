using System.Runtime.InteropServices;

namespace Fixity.Storage.Local.Linux;

/// <summary>Reads a file that is open past the page cache, which takes aligned addresses, offsets and lengths.</summary>
/// <remarks>What is asked for unaligned goes through a buffer of its own. Where the file system refuses after all, the
/// descriptor goes back to usual reads, whose pages the caller drops.</remarks>
internal sealed unsafe class DirectReads : IDisposable
{
    private const int BufferBytes = 256 * 1024;

    // Where the kernel (before 6.1) does not say what it wants: enough for every disk.
    private const int UsualAlignment = 4096;

    private readonly int _memory;
    private readonly int _offset;
    private readonly Lock _buffering = new();
    private byte* _buffer;
    private volatile bool _isRefused;

    private DirectReads(int memoryAlignment, int offsetAlignment) =>
        (_memory, _offset) = (memoryAlignment, offsetAlignment);

    /// <summary>Whether the file is read through the cache after all.</summary>
    public bool IsRefused => _isRefused;

    /// <param name="stat">Asked with <see cref="Libc.StatxDirectAlignment"/>.</param>
    public static DirectReads For(in StatxBuffer stat) =>
        (stat.Mask & Libc.StatxDirectAlignment) != 0 && stat.DirectMemoryAlignment != 0
            ? new DirectReads((int)stat.DirectMemoryAlignment, (int)stat.DirectOffsetAlignment)
            : new DirectReads(UsualAlignment, UsualAlignment);

    /// <returns>Bytes read, or the negative error number.</returns>
    public nint Read(int descriptor, byte* destination, int length, long offset)
    {
        if (_isRefused)
        {
            return Descriptors.Read(descriptor, destination, length, offset);
        }

        var isAligned = (nint)destination % _memory == 0 && offset % _offset == 0 && length >= _offset;
        var read = isAligned
            ? Descriptors.Read(descriptor, destination, length - (length % _offset), offset)
            : ReadThroughBuffer(descriptor, destination, length, offset);
        if (read != -Errno.Invalid)
        {
            return read;
        }

        _isRefused = true;
        var flags = Libc.Control(descriptor, Libc.GetFlags, 0);
        _ = Libc.Control(descriptor, Libc.SetFlags, flags & ~Libc.Direct);
        CacheDropping.All(descriptor);
        return Descriptors.Read(descriptor, destination, length, offset);
    }

    public void Dispose()
    {
        lock (_buffering)
        {
            NativeMemory.AlignedFree(_buffer);
            _buffer = null;
        }
    }

    private nint ReadThroughBuffer(int descriptor, byte* destination, int length, long offset)
    {
        lock (_buffering)
        {
            if (_buffer == null)
            {
                _buffer = (byte*)NativeMemory.AlignedAlloc(BufferBytes, (nuint)Math.Max(_memory, UsualAlignment));
            }

            var before = (int)(offset % _offset);
            var wanted = Math.Min(BufferBytes, RoundUp(before + length, _offset));
            var read = Descriptors.Read(descriptor, _buffer, wanted, offset - before);
            if (read <= before)
            {
                return Math.Min(read, 0);
            }

            var given = Math.Min((int)read - before, length);
            Buffer.MemoryCopy(_buffer + before, destination, length, given);
            return given;
        }
    }

    private static int RoundUp(int value, int unit) => (int)Math.Min(((long)value + unit - 1) / unit * unit, BufferBytes);
}
