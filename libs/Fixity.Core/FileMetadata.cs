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

    /// <summary>Whether somebody wrote to the file or its attributes in between; never on a storage that cannot tell.</summary>
    public bool SameCtimeAs(in FileMetadata other) => SameIfKnown(CtimeNs, other.CtimeNs);

    /// <summary>Which attributes that come with a listing differ. What one side does not know does not.</summary>
    public WatchedAttributes AttributesThatDiffer(in FileMetadata other) =>
        (SameIfKnown(Mode, other.Mode) ? WatchedAttributes.None : WatchedAttributes.Mode)
        | (SameIfKnown(Uid, other.Uid) ? WatchedAttributes.None : WatchedAttributes.Owner)
        | (SameIfKnown(Gid, other.Gid) ? WatchedAttributes.None : WatchedAttributes.Group)
        | (SameIfKnown(Links, other.Links) ? WatchedAttributes.None : WatchedAttributes.Links);

    /// <summary>This one, with what it does not know taken from what was known before.</summary>
    public FileMetadata Or(in FileMetadata before) => this with
    {
        CtimeNs = CtimeNs ?? before.CtimeNs,
        FileId = FileId ?? before.FileId,
        Device = Device ?? before.Device,
        Mode = Mode ?? before.Mode,
        Uid = Uid ?? before.Uid,
        Gid = Gid ?? before.Gid,
        Links = Links ?? before.Links,
    };

    private static bool SameIfKnown(long? one, long? other) => one is null || other is null || one == other;
}
