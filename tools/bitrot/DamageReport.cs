namespace Fixity.Bitrot;

/// <summary>What was done to one file: the evidence to hold a scan's findings against.</summary>
/// <param name="Offset">First byte that differs or is gone, in bytes from the start.</param>
/// <param name="Length">Bytes that were written, appended or cut off.</param>
/// <param name="Before">The bytes at that place before, as hex, or their SHA-256 when there are more than 16.</param>
/// <param name="After">The same for afterwards.</param>
public sealed record DamageReport(
    string Path,
    string Kind,
    long Offset,
    long Length,
    string Before,
    string After,
    long SizeBefore,
    long SizeAfter,
    long MtimeNsBefore,
    long MtimeNsAfter,
    bool MtimeRestored);
