using Fixity.Core;
using Fixity.Storage;

namespace Fixity.Testing.Storage;

/// <summary>One file of a <see cref="FakeStorage"/>. A change is a new one put in its place.</summary>
public sealed record FakeFile(byte[] Content, long MtimeNs)
{
    public long CtimeNs { get; init; } = MtimeNs;

    public long FileId { get; init; } = 1;

    public long Device { get; init; } = 1;

    public int Mode { get; init; } = 0b110_100_100;

    public ExtendedAttributes Attributes { get; init; }

    public StorageEvidence? Evidence { get; init; }

    public StorageFault? OpenFault { get; init; }

    public StorageFault? ReadFault { get; init; }

    public FileMetadata Metadata => new(Content.Length, MtimeNs, CtimeNs, FileId, Device, Mode, 0, 0, 1);

    /// <returns>The bytes that were copied; 0 at the end.</returns>
    public int CopyTo(long offset, Memory<byte> buffer)
    {
        var rest = Content.AsMemory((int)Math.Min(offset, Content.Length));
        var taken = rest[..Math.Min(rest.Length, buffer.Length)];
        taken.CopyTo(buffer);
        return taken.Length;
    }

    /// <summary>Another bit in one byte, and the mtime as it was.</summary>
    public FakeFile WithFlippedBit(int index = 0)
    {
        var content = (byte[])Content.Clone();
        content[index] ^= 1;
        return this with { Content = content };
    }
}
