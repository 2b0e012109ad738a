using System.Threading.Channels;

namespace Fixity.Query.Events;

/// <summary>What was notified and not yet published, each subject once however often it was notified.</summary>
internal sealed class PendingProgress(TimeProvider clock)
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

    /// <summary>Has somebody look for changes, though nobody said that there are any.</summary>
    public void AskForChanges() => Add(new ProgressNotice(ProgressKind.Change));

    /// <summary>Puts back what could not be published.</summary>
    public void Return(Progress unpublished)
    {
        lock (_lock)
        {
            unpublished.Add(_progress);
            _progress = unpublished;
        }

        _signal.Writer.TryWrite(true);
    }

    /// <summary>What was notified; nothing, when that is so for as long as <paramref name="patience"/>.</summary>
    /// <param name="patience">Null: without end.</param>
    public async Task<Progress> TakeAsync(TimeSpan? patience, CancellationToken cancellation)
    {
        try
        {
            await _signal.Reader.WaitToReadAsync(cancellation).AsTask()
                .WaitAsync(patience ?? Timeout.InfiniteTimeSpan, clock, cancellation);
        }
        catch (TimeoutException)
        {
            return new Progress();
        }

        // The signal first: what is added in between signals anew.
        _signal.Reader.TryRead(out _);
        lock (_lock)
        {
            var taken = _progress;
            _progress = new Progress();
            return taken;
        }
    }
}

/// <summary>Scans and targets to look at, how webhooks stand, and whether there are changes to be read.</summary>
internal sealed class Progress
{
    public HashSet<long> ScanIds { get; } = [];

    public HashSet<int> TargetIds { get; } = [];

    public Dictionary<int, WebhookStanding> Webhooks { get; } = [];

    public bool HasChanges { get; private set; }

    public void Add(ProgressNotice notice)
    {
        switch (notice.Kind)
        {
            case ProgressKind.Scan when notice.ScanId is { } scanId:
                ScanIds.Add(scanId);
                break;
            case ProgressKind.Change:
                HasChanges = true;
                break;
            case ProgressKind.Target:
                TargetIds.Add(notice.TargetId);
                break;
            case ProgressKind.Webhook when notice is { WebhookId: { } webhookId, State: { } state }:
                Webhooks[webhookId] = state;
                break;
        }
    }

    /// <summary>Adds what was notified later.</summary>
    public void Add(Progress later)
    {
        ScanIds.UnionWith(later.ScanIds);
        TargetIds.UnionWith(later.TargetIds);
        HasChanges |= later.HasChanges;
        foreach (var (webhookId, state) in later.Webhooks)
        {
            Webhooks[webhookId] = state;
        }
    }
}
