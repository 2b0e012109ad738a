using System.Threading.Channels;

namespace Fixity.Query.Events;

/// <summary>What was notified and not yet published, each scan and target once however often it was notified.</summary>
internal sealed class PendingProgress
{
    private readonly Lock _lock = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private Progress _progress = new();

    public void Add(ProgressNotice notice)
    {
        lock (_lock)
        {
            _progress.Add(notice);
        }

        _signal.Writer.TryWrite(true);
    }

    /// <summary>Puts back what could not be published.</summary>
    public void Return(Progress unpublished)
    {
        lock (_lock)
        {
            _progress.Add(unpublished);
        }

        _signal.Writer.TryWrite(true);
    }

    public async Task<Progress> TakeAsync(CancellationToken cancellation)
    {
        await _signal.Reader.ReadAsync(cancellation);
        lock (_lock)
        {
            var taken = _progress;
            _progress = new Progress();
            return taken;
        }
    }
}

/// <summary>Scans and targets to look at, and changes to announce.</summary>
internal sealed class Progress
{
    public HashSet<long> ScanIds { get; } = [];

    public HashSet<int> TargetIds { get; } = [];

    public Dictionary<(int TargetId, long? ScanId), long> Changes { get; } = [];

    public void Add(ProgressNotice notice)
    {
        switch (notice.Kind)
        {
            case ProgressKind.Scan when notice.ScanId is { } scanId:
                ScanIds.Add(scanId);
                break;
            case ProgressKind.Change:
                Count((notice.TargetId, notice.ScanId), notice.Count);
                break;
            case ProgressKind.Target:
                TargetIds.Add(notice.TargetId);
                break;
        }
    }

    public void Add(Progress other)
    {
        ScanIds.UnionWith(other.ScanIds);
        TargetIds.UnionWith(other.TargetIds);
        foreach (var (subject, count) in other.Changes)
        {
            Count(subject, count);
        }
    }

    private void Count((int, long?) subject, long count) =>
        Changes[subject] = Changes.GetValueOrDefault(subject) + count;
}
