using Fixity.Core;
using Fixity.Scanning.Merging;
using Fixity.Scanning.Reading;
using Fixity.Storage;

namespace Fixity.Scanning.Recording;

/// <summary>Fills batches and hands them to the sink, deletions only after another look at the root.</summary>
/// <param name="identity">Of the root when the segment began.</param>
internal sealed class BatchHandover(
    IStorageBackend backend, IScanSink sink, ByteCount bytesRead, string identity, SegmentLimits limits,
    TimeProvider clock)
{
    private ScanBatch _batch = new();
    private FilePath? _committed;
    private long _handedOverAt = clock.GetTimestamp();

    /// <summary>The sink or the check of the root refused a batch: nothing more is handed over.</summary>
    public bool Failed { get; private set; }

    public bool HadFaults { get; private set; }

    public void Add(ScanStep step)
    {
        BatchWriter.AddTally(_batch, step.Tally);
        if (step.Effect is { } effect)
        {
            BatchWriter.AddEffect(_batch, effect);
        }
    }

    public void Add(HashJob job, HashResult result) => BatchWriter.AddResult(_batch, job, result);

    public ValueTask CommitIfDueAsync(FilePath? position, FilePath? current, CancellationToken cancellation)
    {
        var isDue = _batch.Effects >= limits.BatchSize
            || _batch.Counters.FilesSeen >= limits.ProgressFiles
            || clock.GetElapsedTime(_handedOverAt) >= limits.ProgressInterval;
        _batch.CurrentPath = current;
        return isDue ? CommitAsync(position, isLast: false, cancellation) : ValueTask.CompletedTask;
    }

    public async ValueTask CommitAsync(FilePath? position, bool isLast, CancellationToken cancellation)
    {
        _handedOverAt = clock.GetTimestamp();
        _batch.Counters.BytesHashed += bytesRead.TakeAll();
        if (!isLast && _batch.Effects == 0 && _batch.Counters.IsZero && position == _committed)
        {
            return;
        }

        _batch.Checkpoint = position;
        _batch.IsLast = isLast;
        var handed = _batch;
        Failed = true; // Until the contrary is proven: a batch whose fate is unknown must not be followed by another.
        var needsIdentity = handed.Disappeared.Count + handed.Unreadable.Count > 0;
        await ConfirmAbsenceAsync(handed, cancellation);
        HadFaults |= handed.Errors.Count + handed.UnknownRanges.Count > 0;
        if (needsIdentity)
        {
            await ConfirmIdentityAsync(cancellation);
        }

        await sink.CommitAsync(handed, cancellation);
        Failed = false;
        _committed = position;
        _batch = new ScanBatch();
    }

    // One listing proves nothing: a file renamed over another meanwhile may be given under neither name.
    private async Task ConfirmAbsenceAsync(ScanBatch batch, CancellationToken cancellation)
    {
        var gone = new List<DisappearedFile>(batch.Disappeared.Count);
        var unknown = new HashSet<FilePath>();
        StorageException? hung = null;
        foreach (var file in batch.Disappeared)
        {
            try
            {
                var found = hung is null ? await LookAsync(file.Path, cancellation) : throw hung;
                if (found is not { Kind: EntryKind.File })
                {
                    gone.Add(file);
                }

                // Otherwise it is there: the next scan judges it.
            }
            catch (StorageException failure)
            {
                hung = failure.Fault == StorageFault.Timeout ? failure : null;
                batch.Counters.FilesUnknown++;
                var prefix = file.Path.Parent.AsRangeKey();
                if (unknown.Add(prefix))
                {
                    batch.UnknownRanges.Add(new UnknownRange(prefix, failure.Fault.Name(), failure.Message));
                }
            }
        }

        batch.Disappeared.Clear();
        batch.Disappeared.AddRange(gone);
    }

    // On the pool: a call that hangs must not take the recorder with it.
    private async Task<StorageEntry?> LookAsync(FilePath path, CancellationToken cancellation)
    {
        try
        {
            return await Task.Run(() => backend.StatAsync(path, cancellation).AsTask(), cancellation)
                .WaitAsync(limits.ReadTimeout, clock, cancellation);
        }
        catch (TimeoutException)
        {
            throw new StorageException(StorageFault.Timeout, path, "whether the file is gone could not be found out in time");
        }
    }

    // Files that are gone or cannot be read prove nothing when the storage itself is gone.
    private async Task ConfirmIdentityAsync(CancellationToken cancellation)
    {
        string now;
        try
        {
            var probe = await backend.ProbeAsync(cancellation).WaitAsync(limits.ReadTimeout, clock, cancellation);
            now = probe.Identity;
        }
        catch (Exception failure) when (failure is StorageException or TimeoutException)
        {
            throw new StorageIdentityChangedException(identity, actual: null, failure);
        }

        if (!string.Equals(now, identity, StringComparison.Ordinal))
        {
            throw new StorageIdentityChangedException(identity, now);
        }
    }
}
