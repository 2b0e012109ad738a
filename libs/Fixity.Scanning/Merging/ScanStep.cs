using Fixity.Core;
using Fixity.Scanning.Reading;

namespace Fixity.Scanning.Merging;

/// <summary>What a worker has to find out about a path before it can be judged.</summary>
[Flags]
internal enum ScanWork : byte
{
    None = 0,
    Content = 1,

    /// <summary>The attributes that no listing shows.</summary>
    Extended = 2,

    /// <summary>Whether it is really gone: one listing proves nothing, a file renamed over another meanwhile may be given
    /// under neither name.</summary>
    Absence = 4,
}

/// <summary>One thing to record, in walk order: a path to be judged, a fault, or just how far the merge came.</summary>
/// <remarks>Lies in a <see cref="StepBlock"/>, as all memory that it points to does; it is used again and again.</remarks>
internal struct ScanStep
{
    /// <summary>Everything up to here is in this step or an earlier one; the path itself where there is one.</summary>
    public FilePath Position;

    /// <summary>What was passed since the step before, this one's own file included.</summary>
    public ScanTally Tally;

    /// <summary>An <see cref="UnknownRange"/>, a <see cref="ScanFault"/>, a <see cref="SkippedEntry"/> or a
    /// <see cref="RecordedMount"/>: then there is nothing to judge.</summary>
    public object? Fault;

    /// <summary>There is a path to be judged.</summary>
    public bool IsFile;

    public ScanWork Work;

    /// <summary>Nothing seems to have changed: the content is wanted from the medium, where the target says so.</summary>
    public bool IsVerification;

    public bool HasRow;

    /// <summary>The row that it is judged against; its path is <see cref="Position"/>.</summary>
    public BaselineFile Row;

    public bool IsListed;

    /// <summary>What the walk saw: all that is known of a file that cannot be opened.</summary>
    public FileMetadata Listed;

    /// <summary>What came of it; meaningful when <see cref="IsSettled"/>.</summary>
    public ReadAnswer Answer;

    /// <summary>Room for <see cref="Stored"/> and <see cref="Checksum"/>.</summary>
    public Memory<byte> Digests;

    public bool IsSettled;

    public readonly bool HasLiveRow => HasRow && VerdictRules.IsLive(Row);

    /// <summary>What the row's checksum can be compared with: the target's, unless that was changed.</summary>
    public readonly ChecksumAlgorithm StoredAlgorithm(ChecksumAlgorithm target) =>
        HasRow && Row.Algorithm is { } stored ? stored : target;

    /// <summary>The content's checksum in the row's algorithm.</summary>
    public readonly ReadOnlyMemory<byte> Stored => Digests[..Answer.StoredBytes];

    /// <summary>The content's checksum in the target's algorithm.</summary>
    public readonly ReadOnlyMemory<byte> Checksum => Digests.Slice(Answer.ChecksumAt, Answer.ChecksumBytes);
}

/// <summary>What the merge counts without asking anybody.</summary>
internal record struct ScanTally(
    long FilesSeen, long BytesSeen, long FilesSkipped, long FilesUnknown, long FilesExcluded);
