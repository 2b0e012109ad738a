namespace Fixity.Scanning.Reading;

/// <summary>Memory at an address that reads past the page cache can use.</summary>
internal sealed class AlignedBuffer
{
    private const int Alignment = 4096;

    public AlignedBuffer(int bytes)
    {
        var pinned = GC.AllocateUninitializedArray<byte>(bytes + Alignment, pinned: true);
        var misplaced = (int)((ulong)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0) % Alignment);
        Memory = pinned.AsMemory((Alignment - misplaced) % Alignment, bytes);
    }

    public Memory<byte> Memory { get; }
}
