using Fixity.Core;
using Fixity.Hashing;
using Fixity.Scanning.Merging;
using Fixity.Storage;

namespace Fixity.Scanning.Reading;

/// <summary>Finds out about one file after another what its step asks for, or says why that would be worthless.</summary>
/// <remarks>
/// Stat, hash, stat: a checksum of a file that changed under the reader describes a state that never existed, and would
/// be reported as corruption. The last look is by name, because a file may have been put in the place of the one that
/// was read.
/// </remarks>
internal sealed class FileReader(ReaderSetup setup, ReadProgress progress) : IDisposable
{
    private readonly AlignedBuffer _buffer = new(setup.Limits.ReadBufferBytes);
    private readonly byte[] _digests = new byte[2 * ChecksumAlgorithms.MaxDigestBytes];
    private readonly Dictionary<ChecksumAlgorithm, IncrementalChecksum> _checksums = [];

    public async ValueTask<ReadAnswer> ReadAsync(ReadJob job, CancellationToken cancellation)
    {
        try
        {
            await setup.Control.WaitWhilePausedAsync(cancellation);
            return job.Step.Work.HasFlag(ScanWork.Absence)
                ? await LookAsync(job, cancellation)
                : job.Step.Work.HasFlag(ScanWork.Content)
                    ? await ReadContentAsync(job, cancellation)
                    : await ReadExtendedAsync(job, new ReadAnswer(Finding.Listed), cancellation);
        }
        catch (StorageException failure) when (failure.Fault is StorageFault.Gone or StorageFault.NotRegular)
        {
            return new ReadAnswer(Finding.Vanished);
        }
        catch (StorageException failure) when (IsOfThisFile(failure.Fault))
        {
            return ReadAnswer.Unreadable(failure.Fault, failure.Message);
        }
    }

    /// <summary>Puts the checksums where the answer says that they are.</summary>
    public void CopyDigests(in ReadJob job, in ReadAnswer answer) =>
        _digests.AsSpan(0, Math.Max(answer.StoredBytes, answer.ChecksumAt + answer.ChecksumBytes))
            .CopyTo(job.Step.Digests.Span);

    public void Dispose()
    {
        foreach (var checksum in _checksums.Values)
        {
            checksum.Dispose();
        }
    }

    // The others are of the storage as a whole or of this machine: they end the segment.
    private static bool IsOfThisFile(StorageFault fault) =>
        fault is StorageFault.Denied or StorageFault.ReadFailed or StorageFault.Connection or StorageFault.Timeout;

    private async ValueTask<ReadAnswer> LookAsync(ReadJob job, CancellationToken cancellation)
    {
        progress.CallBegins();
        var found = await setup.Backend.StatAsync(job.Step.Position, cancellation);
        progress.CallEnded(0);
        return new ReadAnswer(
            found is { Kind: EntryKind.File } ? Finding.Vanished // From the listing: the next one judges it.
            : found is { SkipKind: SkipKind.Mount } ? Finding.NotListed // Hidden, and not gone.
            : Finding.Absent);
    }

    private async ValueTask<ReadAnswer> ReadContentAsync(ReadJob job, CancellationToken cancellation)
    {
        var path = job.Step.Position;
        if (setup.Throttle is { } throttle)
        {
            await throttle.AdmitOpenAsync(cancellation);
        }

        progress.CallBegins();
        var source = job.Step.IsVerification ? setup.Rules.VerifySource : ReadSource.Cache;
        await using var file = await setup.Backend.OpenAsync(path, source, cancellation);
        progress.CallBegins();
        var before = await file.StatAsync(cancellation);
        progress.CallEnded(0);
        await WaitOutGranularityAsync(before, cancellation);

        var storedAlgorithm = job.Step.StoredAlgorithm(setup.Rules.Algorithm);
        var stored = Checksum(storedAlgorithm);
        var wanted = storedAlgorithm == setup.Rules.Algorithm ? null : Checksum(setup.Rules.Algorithm);
        var length = await AppendAllAsync(file, before.SizeBytes, stored, wanted, cancellation);
        var answer = await ReadExtendedAsync(job, Finish(job, before, stored, wanted), cancellation);

        progress.CallBegins();
        var after = await LastLookAsync(file, path, before, cancellation);
        progress.CallEnded(0);
        return after is not { } there ? new ReadAnswer(Finding.Vanished)
            : length != before.SizeBytes || !before.SameMomentAs(there) ? new ReadAnswer(Finding.Unstable)
            : answer;
    }

    // By name alone where the name can be seen to lead to the file that was read: it says all that the handle would.
    private async ValueTask<FileMetadata?> LastLookAsync(
        IStorageFile file, FilePath path, FileMetadata before, CancellationToken cancellation)
    {
        var named = await setup.Backend.StatAsync(path, cancellation);
        if (named is not { Kind: EntryKind.File } there)
        {
            return null;
        }

        if (before.FileId is not null && before.FileId == there.Metadata.FileId)
        {
            return there.Metadata;
        }

        var held = await file.StatAsync(cancellation);
        return before.SameMomentAs(held) ? there.Metadata : held;
    }

    private async ValueTask<long> AppendAllAsync(
        IStorageFile file, long size, IncrementalChecksum stored, IncrementalChecksum? wanted,
        CancellationToken cancellation)
    {
        // One byte more than it should have is enough to know: a file that grows as fast as it is read ends here too.
        var offset = 0L;
        while (offset <= size)
        {
            await setup.Control.WaitWhilePausedAsync(cancellation);
            cancellation.ThrowIfCancellationRequested();
            var asked = setup.Throttle is { } throttle
                ? await throttle.AdmitReadAsync(_buffer.Memory.Length, cancellation)
                : _buffer.Memory.Length;
            progress.CallBegins();
            var read = await file.ReadAsync(offset, _buffer.Memory[..asked], cancellation);
            progress.CallEnded(read);
            stored.Append(_buffer.Memory.Span[..read]);
            wanted?.Append(_buffer.Memory.Span[..read]);
            offset += read;
            if (read == 0 || (read < asked && offset == size))
            {
                break; // Short, and just where it should end: to ask once more would be a call for nothing.
            }
        }

        return offset;
    }

    private async ValueTask<ReadAnswer> ReadExtendedAsync(ReadJob job, ReadAnswer answer, CancellationToken cancellation)
    {
        if (!job.Step.Work.HasFlag(ScanWork.Extended) || (setup.LacksExtended && IsFirstLook(job)))
        {
            return answer;
        }

        try
        {
            progress.CallBegins();
            var read = await setup.Backend.ReadAttributesAsync(job.Step.Position, cancellation);
            progress.CallEnded(0);
            setup.LacksExtended = (read.Known & setup.Rules.Watched) == WatchedAttributes.None;
            return answer with { Extended = OnlyWatched(read) };
        }
        catch (StorageException failure) when (IsOfThisFile(failure.Fault))
        {
            progress.CallEnded(0);
            return answer with { ExtendedFault = failure.Message };
        }
    }

    private static bool IsFirstLook(in ReadJob job) =>
        !job.Step.HasLiveRow || job.Step.Row.Metadata.SameCtimeAs(job.Step.Listed);

    // What nobody watches is not recorded: it would be old when somebody begins to.
    private ExtendedAttributes OnlyWatched(in ExtendedAttributes read) => new(
        setup.Rules.Watched.HasFlag(WatchedAttributes.Acl) ? read.Acl : null,
        setup.Rules.Watched.HasFlag(WatchedAttributes.Xattrs) ? read.Xattrs : null,
        setup.Rules.Watched.HasFlag(WatchedAttributes.Capabilities) ? read.Capabilities : null);

    // Two writes within one tick of the file system's clock leave the same mtime: what was written in this very tick is
    // read only when the tick is over, or a later write in it would look like decay.
    private async ValueTask WaitOutGranularityAsync(FileMetadata before, CancellationToken cancellation)
    {
        var ageNs = UnixNanoseconds.From(setup.Clock.GetUtcNow()) - (Int128)before.MtimeNs;
        if (ageNs >= 0 && ageNs < (Int128)setup.MtimeGranularity.TotalNanoseconds)
        {
            await Task.Delay(setup.MtimeGranularity, setup.Clock, cancellation);
        }
    }

    private IncrementalChecksum Checksum(ChecksumAlgorithm algorithm)
    {
        if (!_checksums.TryGetValue(algorithm, out var checksum))
        {
            _checksums[algorithm] = checksum = IncrementalChecksum.Create(algorithm, setup.Rules.HasDamageMap);
        }

        checksum.Reset();
        return checksum;
    }

    private ReadAnswer Finish(
        in ReadJob job, in FileMetadata metadata, IncrementalChecksum stored, IncrementalChecksum? wanted)
    {
        var storedBytes = stored.Finish(_digests);
        var wantedBytes = wanted?.Finish(_digests.AsSpan(storedBytes));
        return new ReadAnswer(
            Finding.Read, metadata, StoredBytes: storedBytes, ChecksumAt: wantedBytes is null ? 0 : storedBytes,
            ChecksumBytes: wantedBytes ?? storedBytes,
            Groups: GroupsOf(job, metadata, storedBytes, wanted ?? stored));
    }

    // Of the target's algorithm. Where the content is what was recorded, they are recorded too.
    private ReadOnlyMemory<byte> GroupsOf(
        in ReadJob job, in FileMetadata metadata, int storedBytes, IncrementalChecksum checksum)
    {
        var isWanted = setup.Rules.HasDamageMap && metadata.SizeBytes > SegmentRules.DamageMapFromBytes;
        var isKnown = job.Step.HasLiveRow && job.Step.Row.Algorithm == setup.Rules.Algorithm
            && job.Step.Row.Checksum.Span.SequenceEqual(_digests.AsSpan(0, storedBytes));
        return isWanted && !isKnown ? checksum.GroupDigests.ToArray() : default;
    }
}
