namespace Fixity.Core;

/// <summary>What a storage says about a file without reading it. Null: this storage does not know.</summary>
/// <param name="MtimeNs">Nanoseconds since 1970, possibly before it. An integer, never a timestamp that rounds.</param>
/// <param name="FileId">Inode number or its like, bit for bit.</param>
/// <param name="Device">The file system that the file is on, as far as two of them must be told apart.</param>
/// <param name="Mode">Permission bits (07777), without the file type.</param>
public readonly record struct FileMetadata(
    long SizeBytes,
    long MtimeNs,
    long? CtimeNs = null,
    long? FileId = null,
    long? Device = null,
    int? Mode = null,
    long? Uid = null,
    long? Gid = null,
    long? Links = null)
{
    /// <summary>Whether both describe the same content, as far as metadata can tell.</summary>
    public bool SameContentAs(in FileMetadata other) => SizeBytes == other.SizeBytes && MtimeNs == other.MtimeNs;

    /// <summary>Whether nothing at all happened to the file between two looks, the replacing of its name included.</summary>
    public bool SameMomentAs(in FileMetadata other) =>
        SameContentAs(other) && SameIfKnown(CtimeNs, other.CtimeNs)
        && SameIfKnown(FileId, other.FileId) && SameIfKnown(Device, other.Device);

    /// <summary>Whether mode, owner and group agree. What one side does not know does not differ.</summary>
    public bool SameAttributesAs(in FileMetadata other) =>
        SameIfKnown(Mode, other.Mode) && SameIfKnown(Uid, other.Uid) && SameIfKnown(Gid, other.Gid);

    private static bool SameIfKnown(long? one, long? other) => one is null || other is null || one == other;
}
