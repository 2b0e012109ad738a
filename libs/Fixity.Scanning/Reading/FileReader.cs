using Fixity.Core;
using Fixity.Hashing;
using Fixity.Storage;

namespace Fixity.Scanning.Reading;

/// <summary>Computes the checksum of one file after another, or says why one would be worthless.</summary>
/// <remarks>
/// Stat, hash, stat: a checksum of a file that changed under the reader describes a state that never existed, and would
/// be reported as corruption. The last look is by name as well as by handle, because a file may have been put in the
/// place of the one that was read.
/// </remarks>
internal sealed class FileReader(
    IStorageBackend backend, ISegmentControl control, ReadProgress progress, TimeProvider clock, int bufferBytes,
    TimeSpan mtimeGranularity)
    : IDisposable
{
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(bufferBytes, pinned: true);
    private readonly Dictionary<ChecksumAlgorithm, IncrementalChecksum> _checksums = [];

    public async Task<HashResult> ReadAsync(HashJob job, CancellationToken cancellation)
    {
        try
        {
            await control.WaitWhilePausedAsync(cancellation);
            return await ReadOpenedAsync(job, cancellation);
        }
        catch (StorageException failure) when (failure.Fault is StorageFault.Gone or StorageFault.NotRegular)
        {
            return new HashResult(Finding.Vanished);
        }
        catch (StorageException failure) when (IsOfThisFile(failure.Fault))
        {
            return HashResult.Unreadable(failure.Fault, failure.Message);
        }
    }

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

    private async Task<HashResult> ReadOpenedAsync(HashJob job, CancellationToken cancellation)
    {
        progress.CallBegins();
        await using var file = await backend.OpenAsync(job.Path, ReadSource.Cache, cancellation);
        progress.CallBegins();
        var before = await file.StatAsync(cancellation);
        progress.CallEnded(0);
        await WaitOutGranularityAsync(before, cancellation);

        var stored = Checksum(job.StoredAlgorithm);
        var wanted = job.Algorithm == job.StoredAlgorithm ? null : Checksum(job.Algorithm);
        var length = await AppendAllAsync(file, before.SizeBytes, stored, wanted, cancellation);

        progress.CallBegins();
        var after = await file.StatAsync(cancellation);
        progress.CallBegins();
        var named = await backend.StatAsync(job.Path, cancellation);
        progress.CallEnded(0);
        if (named is not { Kind: EntryKind.File } there)
        {
            return new HashResult(Finding.Vanished);
        }

        if (length != before.SizeBytes || !before.SameMomentAs(after) || !before.SameMomentAs(there.Metadata))
        {
            return new HashResult(Finding.Unstable);
        }

        var digest = Finish(stored);
        return new HashResult(Finding.Read, before, digest, wanted is null ? digest : Finish(wanted));
    }

    private async Task<long> AppendAllAsync(
        IStorageFile file, long size, IncrementalChecksum stored, IncrementalChecksum? wanted,
        CancellationToken cancellation)
    {
        var offset = 0L;

        // One byte more than it should have is enough to know: a file that grows as fast as it is read ends here too.
        while (offset <= size)
        {
            await control.WaitWhilePausedAsync(cancellation);
            progress.CallBegins();
            var read = await file.ReadAsync(offset, _buffer, cancellation);
            progress.CallEnded(read);
            if (read == 0)
            {
                break;
            }

            stored.Append(_buffer.AsSpan(0, read));
            wanted?.Append(_buffer.AsSpan(0, read));
            offset += read;
        }

        return offset;
    }

    // Two writes within one tick of the file system's clock leave the same mtime: what was written in this very tick is
    // read only when the tick is over, or a later write in it would look like decay.
    private async ValueTask WaitOutGranularityAsync(FileMetadata before, CancellationToken cancellation)
    {
        var ageNs = UnixNanoseconds.From(clock.GetUtcNow()) - (Int128)before.MtimeNs;
        if (ageNs >= 0 && ageNs < (Int128)mtimeGranularity.TotalNanoseconds)
        {
            await Task.Delay(mtimeGranularity, clock, cancellation);
        }
    }

    private IncrementalChecksum Checksum(ChecksumAlgorithm algorithm)
    {
        if (!_checksums.TryGetValue(algorithm, out var checksum))
        {
            _checksums[algorithm] = checksum = IncrementalChecksum.Create(algorithm);
        }

        checksum.Reset();
        return checksum;
    }

    private static byte[] Finish(IncrementalChecksum checksum)
    {
        var digest = new byte[checksum.Algorithm.DigestBytes()];
        checksum.Finish(digest);
        return digest;
    }
}
