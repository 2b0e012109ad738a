using Fixity.Core;
using Fixity.Hashing;
using Fixity.Scanning.Merging;
using Fixity.Storage;

namespace Fixity.Scanning.Reading;

/// <summary>Finds out about one file after another what its step asks for, or says why that would be worthless.</summary>
/// <remarks>
/// Stat, hash, stat: a checksum of a file that changed under the reader describes a state that never existed, and would
/// be reported as corruption. The last look is by name where the handle cannot tell that another file was put in the
/// place of the one that was read.
/// </remarks>
internal sealed class FileReader : IDisposable
{
    private readonly ReaderSetup _setup;
    private readonly ReadProgress _progress;
    private readonly AlignedBuffer _buffer;
    private readonly LargeFileReader _large;
    private readonly byte[] _digests = new byte[2 * ChecksumAlgorithms.MaxDigestBytes];
    private readonly Dictionary<ChecksumAlgorithm, IncrementalChecksum> _checksums = [];

    /// <param name="helpers">Where help with a large file is asked for.</param>
    public FileReader(ReaderSetup setup, ReadProgress progress, ReadQueue helpers)
    {
        (_setup, _progress, _buffer) = (setup, progress, new AlignedBuffer(setup.Limits.ReadBufferBytes));
        _large = new LargeFileReader(setup, progress, _buffer, helpers);
    }

    public async ValueTask<ReadAnswer> ReadAsync(ReadJob job, CancellationToken cancellation)
    {
        try
        {
            await _setup.Control.WaitWhilePausedAsync(cancellation);
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
        catch (StorageException failure) when (failure.Fault == StorageFault.Changed)
        {
            return new ReadAnswer(Finding.Unstable);
        }
        catch (StorageException failure) when (IsOfThisFile(failure))
        {
            return ReadAnswer.Unreadable(failure.Fault, failure.Message);
        }
    }

    public ValueTask HelpAsync(SharedRead shared, CancellationToken cancellation) => _large.HelpAsync(shared, cancellation);

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

    // The others are of the storage as a whole or of this machine: they end the segment. So is a lost connection whose
    // exact cause is known: to try file after file would be to wait for each.
    private static bool IsOfThisFile(StorageException failure) =>
        failure.Fault is StorageFault.Denied or StorageFault.ReadFailed or StorageFault.Timeout or StorageFault.Locked
        || failure is { Fault: StorageFault.Connection, Reason: null };

    private async ValueTask<ReadAnswer> LookAsync(ReadJob job, CancellationToken cancellation)
    {
        _progress.CallBegins();
        var found = await _setup.Backend.StatAsync(job.Step.Position, cancellation);
        _progress.CallEnded(0);
        return new ReadAnswer(
            found is { Kind: EntryKind.File } or { SkipKind: SkipKind.Archived } ? Finding.Vanished // From the listing: the next one judges it.
            : found is { SkipKind: SkipKind.Mount } ? Finding.NotListed // Hidden, and not gone.
            : Finding.Absent);
    }

    private async ValueTask<ReadAnswer> ReadContentAsync(ReadJob job, CancellationToken cancellation)
    {
        var path = job.Step.Position;
        if (_setup.Throttle is { } throttle)
        {
            await throttle.AdmitOpenAsync(cancellation);
        }

        var source = job.Step.IsVerification ? _setup.Rules.VerifySource : ReadSource.Cache;
        FileMetadata? waitedFor = null;
        while (true)
        {
            _progress.CallBegins();
            await using var file = await _setup.Backend.OpenAsync(path, source, cancellation);
            _progress.CallBegins();
            var before = await file.StatAsync(cancellation);
            _progress.CallEnded(0);
            if (before.Device is { } device && job.Step.Listed.Device is { } listed && device != listed)
            {
                // Something was mounted or unmounted since the listing: it is not the file that was listed.
                return new ReadAnswer(Finding.Vanished);
            }

            if (waitedFor is null && IsOfThisTick(before))
            {
                // Opened anew when the tick is over: the content may have come with the opening.
                waitedFor = before;
                await Task.Delay(_setup.Probe.MtimeGranularity, _setup.Clock, cancellation);
                continue;
            }

            return waitedFor is { } first && !first.SameMomentAs(before)
                ? new ReadAnswer(Finding.Unstable)
                : await ReadOpenAsync(file, job, source, before, cancellation);
        }
    }

    private async ValueTask<ReadAnswer> ReadOpenAsync(
        IStorageFile file, ReadJob job, ReadSource source, FileMetadata before, CancellationToken cancellation)
    {
        if (await DigestAsync(file, job, source, before, cancellation) is not { } digested)
        {
            return new ReadAnswer(Finding.Unstable);
        }

        var answer = await ReadExtendedAsync(job, digested with { Evidence = file.Evidence }, cancellation);

        _progress.CallBegins();
        var after = file.SeenAfterReading ?? await LastLookAsync(file, job.Step.Position, before, cancellation);
        _progress.CallEnded(0);
        return after is not { } there ? new ReadAnswer(Finding.Vanished)
            : !before.SameMomentAs(there) ? new ReadAnswer(Finding.Unstable)
            : answer;
    }

    // On a disk's own file system taking a name from an inode (unlink, rename, rename over it) moves its ctime, its links
    // or both, so an unchanged handle says that the name still leads to it, for one call instead of three. What it does
    // not see is a folder renamed above the file: what was opened is then still one state, whole, and the next listing
    // finds the other.
    private async ValueTask<FileMetadata?> LastLookAsync(
        IStorageFile file, FilePath path, FileMetadata before, CancellationToken cancellation)
    {
        if (_setup.Probe.HandleTellsReplacement
            && await HeldAsync(file, cancellation) is { } untouched
            && before.SameMomentAs(untouched) && before.Links == untouched.Links)
        {
            return untouched;
        }

        // By name alone where the name can be seen to lead to the file that was read: it says all that the handle would.
        var named = await _setup.Backend.StatAsync(path, cancellation);
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

    private static async ValueTask<FileMetadata?> HeldAsync(IStorageFile file, CancellationToken cancellation)
    {
        try
        {
            return await file.StatAsync(cancellation);
        }
        catch (StorageException)
        {
            return null; // A server forgets a file that was deleted (ESTALE): the name says what became of it.
        }
    }

    /// <returns>Null: the file is shorter or longer than it was.</returns>
    private async ValueTask<ReadAnswer?> DigestAsync(
        IStorageFile file, ReadJob job, ReadSource source, FileMetadata before, CancellationToken cancellation)
    {
        var algorithm = job.Step.StoredAlgorithm(_setup.Rules.Algorithm);
        var stored = Checksum(algorithm);
        var wanted = algorithm == _setup.Rules.Algorithm ? null : Checksum(_setup.Rules.Algorithm);
        if (_large.CanShare(before, stored, wanted))
        {
            var tree = await _large.ReadAsync(file, job, source, before, cancellation);
            return tree is null ? null : Answer(job, before, tree.Finish(_digests), null, tree.GroupDigests);
        }

        if (await AppendAllAsync(file, before.SizeBytes, stored, wanted, cancellation) != before.SizeBytes)
        {
            return null;
        }

        var storedBytes = stored.Finish(_digests);
        return Answer(
            job, before, storedBytes, wanted?.Finish(_digests.AsSpan(storedBytes)), (wanted ?? stored).GroupDigests);
    }

    private async ValueTask<long> AppendAllAsync(
        IStorageFile file, long size, IncrementalChecksum stored, IncrementalChecksum? wanted,
        CancellationToken cancellation)
    {
        // One byte more than it should have is enough to know: a file that grows as fast as it is read ends here too.
        var offset = 0L;
        while (offset <= size)
        {
            var read = await _setup.ReadAsync(
                file, offset, _buffer.Memory, size - offset, _progress, cancellation);
            stored.Append(_buffer.Memory.Span[..read]);
            wanted?.Append(_buffer.Memory.Span[..read]);
            offset += read;
            if (read == 0 || (offset == size && read < _buffer.Memory.Length))
            {
                break; // Short, and just where it should end: to ask once more would be a call for nothing.
            }
        }

        return offset;
    }

    private async ValueTask<ReadAnswer> ReadExtendedAsync(ReadJob job, ReadAnswer answer, CancellationToken cancellation)
    {
        if (!job.Step.Work.HasFlag(ScanWork.Extended) || (_setup.LacksExtended && IsFirstLook(job)))
        {
            return answer;
        }

        try
        {
            _progress.CallBegins();
            var read = await _setup.Backend.ReadAttributesAsync(job.Step.Position, cancellation);
            _progress.CallEnded(0);
            _setup.LacksExtended = (read.Known & _setup.Rules.Watched) == WatchedAttributes.None;
            return answer with { Extended = OnlyWatched(read) };
        }
        catch (StorageException failure) when (IsOfThisFile(failure))
        {
            _progress.CallEnded(0);
            return answer with { ExtendedFault = failure.Message };
        }
    }

    private static bool IsFirstLook(in ReadJob job) =>
        !job.Step.HasLiveRow || job.Step.Row.Metadata.SameCtimeAs(job.Step.Listed);

    // What nobody watches is not recorded: it would be old when somebody begins to.
    private ExtendedAttributes OnlyWatched(in ExtendedAttributes read) => new(
        _setup.Rules.Watched.HasFlag(WatchedAttributes.Acl) ? read.Acl : null,
        _setup.Rules.Watched.HasFlag(WatchedAttributes.Xattrs) ? read.Xattrs : null,
        _setup.Rules.Watched.HasFlag(WatchedAttributes.Capabilities) ? read.Capabilities : null);

    // Two writes within one tick of the file system's clock leave the same mtime: what was written in this very tick is
    // read only when the tick is over, or a later write in it would look like decay. A server's clock may be ahead of ours.
    private bool IsOfThisTick(FileMetadata file)
    {
        var ageNs = UnixNanoseconds.From(_setup.Clock.GetUtcNow()) - (Int128)file.MtimeNs;
        return Int128.Abs(ageNs) < (Int128)_setup.Probe.MtimeGranularity.TotalNanoseconds;
    }

    private IncrementalChecksum Checksum(ChecksumAlgorithm algorithm)
    {
        if (!_checksums.TryGetValue(algorithm, out var checksum))
        {
            _checksums[algorithm] = checksum = IncrementalChecksum.Create(algorithm, _setup.Rules.HasDamageMap);
        }

        checksum.Reset();
        return checksum;
    }

    private ReadAnswer Answer(
        in ReadJob job, in FileMetadata metadata, int storedBytes, int? wantedBytes, ReadOnlySpan<byte> groups) => new(
        Finding.Read, metadata, StoredBytes: storedBytes, ChecksumAt: wantedBytes is null ? 0 : storedBytes,
        ChecksumBytes: wantedBytes ?? storedBytes, Groups: NeedsGroups(job, metadata, storedBytes) ? groups.ToArray() : default);

    // Not where the content is what was recorded, and its groups are recorded too.
    private bool NeedsGroups(in ReadJob job, in FileMetadata metadata, int storedBytes) =>
        _setup.Rules.HasDamageMap && metadata.SizeBytes > TargetOptions.DamageMapFromBytes
        && !(job.Step.HasLiveRow && job.Step.Row.HasGroups && job.Step.Row.Algorithm == _setup.Rules.Algorithm
            && job.Step.Row.Checksum.Span.SequenceEqual(_digests.AsSpan(0, storedBytes)));
}
