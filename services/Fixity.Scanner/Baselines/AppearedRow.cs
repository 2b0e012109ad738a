using Fixity.Core;
using Fixity.Scanning;

namespace Fixity.Scanner.Baselines;

/// <summary>A file that has no live row yet, read or not.</summary>
/// <remarks>A class: a list of a thousand in place would be an array that only a collection of everything frees.</remarks>
/// <param name="Hung">It could not be read because reading it hung.</param>
internal sealed record AppearedRow(
    FilePath Path, FileMetadata Metadata, ExtendedAttributes Extended, ChecksumAlgorithm? Algorithm,
    ReadOnlyMemory<byte> Checksum, bool Hung = false)
{
    /// <param name="withoutNew">Files without a row that were read are in the baseline already.</param>
    public static List<AppearedRow> AllOf(ScanBatch batch, bool withoutNew)
    {
        var rows = new List<AppearedRow>(withoutNew ? 0 : batch.Appeared.Count);
        foreach (var file in batch.Appeared)
        {
            if (withoutNew && file.Id is null)
            {
                continue;
            }

            rows.Add(new(file.Path, file.Metadata, file.Extended, file.Algorithm, file.Checksum));
        }

        foreach (var file in batch.Unreadable)
        {
            if ((file.Id is null || file.WasDeleted) && !file.KeepsBaseline && file.Metadata is { } metadata)
            {
                rows.Add(new(file.Path, metadata, default, null, default, UnreadableCauses.Hung(file)));
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
