using System.Runtime.InteropServices;

namespace Fixity.Storage.Local.Linux;

/// <summary>Memory for the names of one directory, of which a flat folder of a million needs much, once.</summary>
/// <remarks>
/// Outside of the collector's heap: there an array of this size is freed only by a collection of everything. Large ones
/// are mapped, so that they grow without a copy and go back to the system at once.
/// </remarks>
internal sealed unsafe class NativeArena : IDisposable
{
    private const nint MappedFrom = 256 * 1024;

    private bool _isMapped;

    public byte* Start { get; private set; }

    public nint Capacity { get; private set; }

    public bool IsLarge => _isMapped;

    public void Reserve(nint bytes)
    {
        if (bytes > Capacity)
        {
            Grow(Math.Max(bytes, Capacity * 2));
        }
    }

    public void Dispose()
    {
        if (_isMapped)
        {
            _ = Libc.Unmap(Start, Capacity);
        }
        else
        {
            NativeMemory.Free(Start);
        }

        Start = null;
        Capacity = 0;
        _isMapped = false;
    }

    private void Grow(nint bytes)
    {
        if (bytes <= MappedFrom)
        {
            Start = (byte*)NativeMemory.Realloc(Start, (nuint)bytes);
        }
        else if (_isMapped)
        {
            Start = Checked(Libc.Remap(Start, Capacity, bytes, Libc.RemapMayMove));
        }
        else
        {
            var mapped = Checked(Libc.Map(null, bytes, Libc.ReadWrite, Libc.PrivateAnonymous, -1, 0));
            Buffer.MemoryCopy(Start, mapped, bytes, Capacity);
            NativeMemory.Free(Start);
            Start = mapped;
            _isMapped = true;
        }

        Capacity = bytes;
    }

    private static byte* Checked(byte* mapped) => (nint)mapped != -1
        ? mapped
        : throw Errno.Exception(Marshal.GetLastPInvokeError(), default, "memory for the names of a directory");
}
