using Fixity.Core;
using Fixity.Hashing;
using Fixity.Scanning.Merging;
using Fixity.Scanning.Reading;
using Fixity.Storage;

namespace Fixity.Scanning.Recording;

/// <summary>Fills batches and hands them to the sink, deletions only after another look at the root.</summary>
/// <param name="identity">Of the root when the segment began.</param>
internal sealed class BatchHandover(
    IStorageBackend backend, IScanSink sink, IBaselineReader baseline, SegmentRules rules, ByteCount bytesRead,
    string identity, SegmentLimits limits, TimeProvider clock)
{
    private readonly BatchWriter _writer = new(rules, limits.BatchSize);
    private readonly ScanBatch _batch = new();
    private FilePath? _committed;
    private byte[] _committedBytes = [];
    private long _handedOverAt = clock.GetTimestamp();

    /// <summary>The sink or the check of the root refused a batch: nothing more is handed over.</summary>
    public bool Failed { get; private set; }

    public bool HadFaults { get; private set; }

    /// <summary>Adds what the merge counted and what the listing failed at.</summary>
    public void AddPassed(in ScanStep step)
    {
        BatchWriter.AddTally(_batch, step.Tally);
        if (step.Fault is { } fault)
        {
            BatchWriter.AddFault(_batch, fault);
        }
    }

    /// <summary>Judges a file of which everything is known, and adds what follows.</summary>
    public ValueTask AddFileAsync(StepBlock block, int index, CancellationToken cancellation)
    {
        ref var step = ref block[index];
        var judgement = _writer.Judge(step);
        if (judgement.Verdict is Verdict.Corrupted or Verdict.Tampered && !step.Answer.Groups.IsEmpty)
        {
            return AddDamagedAsync(block, index, judgement, cancellation);
        }

        _writer.Add(_batch, step, judgement, damage: null);
        return ValueTask.CompletedTask;
    }

    public ValueTask CommitIfDueAsync(FilePath? position, FilePath? current, CancellationToken cancellation)
    {
        var isDue = _batch.Effects >= limits.BatchSize
            || _batch.Counters.FilesSeen >= limits.ProgressFiles
            || clock.GetElapsedTime(_handedOverAt) >= limits.ProgressInterval;
        if (!isDue)
        {
            return ValueTask.CompletedTask;
        }

        _batch.CurrentPath = current;
        return CommitAsync(position, isLast: false, cancellation);
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
        Failed = true; // Until the contrary is proven: a batch whose fate is unknown must not be followed by another.
        HadFaults |= _batch.Errors.Count + _batch.UnknownRanges.Count > 0;
        if (_batch.Disappeared.Count + _batch.Unreadable.Count > 0)
        {
            await ConfirmIdentityAsync(cancellation);
        }

        await sink.CommitAsync(_batch, cancellation);
        Failed = false;
        RememberCommitted(position);
        _batch.Clear();
    }

    private async ValueTask AddDamagedAsync(
        StepBlock block, int index, Judgement judgement, CancellationToken cancellation)
    {
        var recorded = await baseline.ReadGroupsAsync(block[index].Row.Id, cancellation);
        var damage = recorded.IsEmpty
            ? null
            : DamageMap.Compare(recorded.Span, block[index].Answer.Groups.Span, block[index].Answer.Metadata.SizeBytes);
        _writer.Add(_batch, block[index], judgement, damage);
    }

    // In memory of its own: that of the position is used again.
    private void RememberCommitted(FilePath? position)
    {
        if (position is { } path)
        {
            _committedBytes = path.Bytes.Length <= _committedBytes.Length ? _committedBytes : new byte[path.Bytes.Length * 2];
            path.Bytes.CopyTo(_committedBytes);
            _committed = FilePath.FromEscaped(_committedBytes.AsMemory(0, path.Bytes.Length));
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
