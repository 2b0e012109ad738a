using Fixity.Core;

namespace Fixity.Data.Columns;

/// <summary>What an event says beyond its columns, as it is shown and sent; null: nothing of the kind.</summary>
/// <param name="Damage">Of a corrupted or tampered file; null: which parts differ is not known.</param>
/// <param name="Attributes">Which attributes are not as recorded.</param>
/// <param name="ObservedCtime">When the inode was last written, by the file system: RFC 3339 with nanoseconds.</param>
/// <param name="ObservedCtimeNs">The same, exactly: nanoseconds since 1970.</param>
/// <param name="Folder">The file moved because a folder above it was renamed.</param>
/// <param name="KnownFrom">A new file holds just what this one was found damaged with: its checksum is the expected one.</param>
public sealed record ChangeDetails(
    Damage? Damage,
    IReadOnlyList<AttributeChange>? Attributes,
    string? ObservedCtime,
    string? ObservedCtimeNs,
    FolderMove? Folder,
    KnownDamage? KnownFrom);

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
