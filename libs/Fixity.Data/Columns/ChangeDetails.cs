using System.Text.Json.Serialization;
using Fixity.Core;

namespace Fixity.Data.Columns;

/// <summary>What an event says beyond its columns, as it is shown and sent; null: nothing of the kind.</summary>
/// <param name="Damage">Of a corrupted or tampered file; null: which parts differ is not known.</param>
/// <param name="Attributes">Which attributes are not as recorded.</param>
/// <param name="ObservedCtime">When the inode was last written, by the file system: RFC 3339 with nanoseconds.</param>
/// <param name="ObservedCtimeNs">The same, exactly: nanoseconds since 1970.</param>
/// <param name="Folder">The file moved because a folder above it was renamed.</param>
/// <param name="KnownFrom">A new file holds just what this one was found damaged with: its checksum is the expected one.</param>
/// <param name="Storage">What the storage itself said of the content that was read; nobody compared it.</param>
public sealed record ChangeDetails(
    Damage? Damage,
    IReadOnlyList<AttributeChange>? Attributes,
    string? ObservedCtime,
    string? ObservedCtimeNs,
    FolderMove? Folder,
    KnownDamage? KnownFrom,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    StorageEvidence? Storage = null);

/// <summary>Which parts of a file are not what they should be.</summary>
/// <param name="Bytes">In all, also of the ranges that are left out.</param>
/// <param name="Ranges">In the order of the file; the first ones, where there are too many to keep.</param>
/// <param name="Truncated">There are more ranges than these.</param>
public sealed record Damage(long Bytes, IReadOnlyList<DamagedRange> Ranges, bool Truncated);

/// <summary>One part of a file, in bytes.</summary>
public sealed record DamagedRange(long Offset, long Length);

/// <summary>The file whose damage turned up at another path, and where it was then.</summary>
public sealed record KnownDamage(long FileId, string Path);

/// <summary>A folder that was renamed.</summary>
public sealed record FolderMove(string From, string To);

/// <summary>What an object store says of one object, in its own words.</summary>
/// <param name="Tag">Its ETag: the same for the same content, and no checksum.</param>
/// <param name="Version">Where the bucket keeps versions.</param>
/// <param name="Checksums">By algorithm (crc32, crc32c, crc64nvme, sha1, sha256), lower-case hex; of an object in parts <c>composite:hex-parts</c>.</param>
public sealed record StorageEvidence(string? Tag, string? Version, IReadOnlyDictionary<string, string> Checksums);
