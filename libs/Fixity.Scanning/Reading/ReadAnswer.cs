using Fixity.Core;
using Fixity.Scanning.Merging;
using Fixity.Storage;

namespace Fixity.Scanning.Reading;

/// <summary>One file for a worker: a step in the block that carries it.</summary>
/// <param name="Shared">Null: the worker shall read it and answer for it; otherwise it helps another who does.</param>
internal readonly record struct ReadJob(StepBlock Block, int Index, SharedRead? Shared = null)
{
    public ref ScanStep Step => ref Block[Index];
}

/// <summary>What came of one file. The checksums lie in <see cref="ScanStep.Digests"/>.</summary>
/// <param name="Metadata">As it was when the content was read; meaningful for <see cref="Finding.Read"/>.</param>
/// <param name="StoredBytes">Of the checksum in the row's algorithm.</param>
/// <param name="ChecksumAt">Where that in the target's algorithm begins: 0 where it is the same.</param>
/// <param name="Message">What went wrong, for people.</param>
/// <param name="ExtendedFault">Why the extended attributes could not be read; null: they were, or were not wanted.</param>
/// <param name="Evidence">What the storage itself says of the content; null: nothing.</param>
/// <param name="Groups">Digests of the content's groups, where a damage map is wanted and may be needed.</param>
internal readonly record struct ReadAnswer(
    Finding Finding,
    FileMetadata Metadata = default,
    ExtendedAttributes Extended = default,
    int StoredBytes = 0,
    int ChecksumAt = 0,
    int ChecksumBytes = 0,
    StorageFault Fault = default,
    string? Message = null,
    string? ExtendedFault = null,
    ReadOnlyMemory<byte> Groups = default,
    StorageEvidence? Evidence = null)
{
    public static ReadAnswer Unreadable(StorageFault fault, string message) =>
        new(Finding.Unreadable, Fault: fault, Message: message);
}
