using Fixity.Core;
using Fixity.Storage;

namespace Fixity.Scanning.Reading;

/// <summary>One file to be read, and the promise of what comes of it.</summary>
/// <param name="row">The row that it is judged against, in memory of its own (without the path).</param>
/// <param name="algorithm">The target's.</param>
internal sealed class HashJob(FilePath path, FileMetadata listed, BaselineFile? row, ChecksumAlgorithm algorithm)
{
    private readonly TaskCompletionSource<HashResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public FilePath Path { get; } = path;

    /// <summary>What the walk saw: all that is known of a file that cannot be opened.</summary>
    public FileMetadata Listed { get; } = listed;

    public BaselineFile? Row { get; } = row;

    /// <summary>What the new checksum is to be in.</summary>
    public ChecksumAlgorithm Algorithm { get; } = algorithm;

    /// <summary>What the row's checksum can be compared with: the same, unless the target's algorithm was changed.</summary>
    public ChecksumAlgorithm StoredAlgorithm =>
        Row is { State: not FileState.Deleted, Algorithm: { } stored } ? stored : Algorithm;

    public Task<HashResult> Result => _result.Task;

    /// <returns>Whether this was the first answer: a read that was given up may still end one day.</returns>
    public bool TrySettle(HashResult result) => _result.TrySetResult(result);

    public HashJob Again() => new(Path, Listed, Row, Algorithm);
}

/// <param name="Metadata">As it was when the content was read; meaningful for <see cref="Finding.Read"/>.</param>
/// <param name="Stored">The checksum in <see cref="HashJob.StoredAlgorithm"/>.</param>
/// <param name="Checksum">The checksum in <see cref="HashJob.Algorithm"/>; the same bytes where that is the same.</param>
internal sealed record HashResult(
    Finding Finding,
    FileMetadata Metadata = default,
    ReadOnlyMemory<byte> Stored = default,
    ReadOnlyMemory<byte> Checksum = default,
    StorageFault Fault = default,
    string? Message = null)
{
    public static HashResult Unreadable(StorageFault fault, string message) =>
        new(Finding.Unreadable, Fault: fault, Message: message);
}
