using Fixity.Core;
using Fixity.Scanning;

namespace Fixity.Scanner.Baselines;

/// <summary>A file that has no live row yet, read or not.</summary>
/// <param name="IsNew">There is no row at all.</param>
/// <param name="Hung">It could not be read because reading it hung.</param>
internal readonly record struct AppearedRow(
    bool IsNew, FilePath Path, FileMetadata Metadata, ExtendedAttributes Extended, ChecksumAlgorithm? Algorithm,
    ReadOnlyMemory<byte> Checksum, bool Hung = false)
{
    public static List<AppearedRow> AllOf(ScanBatch batch)
    {
        var rows = new List<AppearedRow>(batch.Appeared.Count);
        foreach (var file in batch.Appeared)
        {
            rows.Add(new(file.Id is null, file.Path, file.Metadata, file.Extended, file.Algorithm, file.Checksum));
        }

        foreach (var file in batch.Unreadable)
        {
            if ((file.Id is null || file.WasDeleted) && !file.KeepsBaseline && file.Metadata is { } metadata)
            {
                rows.Add(new(file.Id is null, file.Path, metadata, default, null, default, UnreadableCauses.Hung(file)));
            }
        }

        return rows;
    }
}

internal static class UnreadableCauses
{
    /// <summary>Whether the read gave no byte for too long: the one cause that makes the next scans wait.</summary>
    public static bool Hung(UnreadableFile file) => file.Cause == ScanFaultKinds.Timeout;
}
