using Fixity.Core;
using Fixity.Core.Patterns;
using Fixity.Scanning;
using Fixity.Storage;

namespace Fixity.Scanner.Scans;

/// <summary>Gives away part of a running segment when an idle scanner asks for it: stands between the engine and its
/// sink, because it must know how far the engine has come and what it has agreed to.</summary>
/// <remarks>
/// First the engine agrees to end earlier, then a transaction records it, and only then is the last batch of the
/// shortened segment let through: at no moment is there a path that belongs to nobody.
/// </remarks>
internal sealed class SegmentSplitter(
    SegmentLease lease, IStorageBackend backend, PathFilter filter, IScanSink sink, SegmentSplits splits,
    SegmentLimits limits, DatabaseRetry retry, ScannerOptions options, TimeProvider clock, ILogger logger)
    : ISegmentControl, IScanSink, IAsyncDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private FilePath? _end = lease.Claim.Range.To;
    private DateTimeOffset _answeredUntil = DateTimeOffset.MinValue;
    private volatile Place? _reached = lease.Claim.Range.After is { } after ? new Place(after) : null;
    private volatile SplitRequest? _request;
    private volatile SplitRequest? _recorded;
    private Task _attempt = Task.CompletedTask;

    public CancellationToken Stopping => lease.Stopping;

    public SplitRequest? PendingSplit => _request;

    // A paused segment is given back instead, see SegmentLease.
    public ValueTask WaitWhilePausedAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

    /// <summary>Looks for a place to split at when somebody asks who has not been answered yet.</summary>
    public void Hear(SegmentNews news)
    {
        if (news.SplitWantedAt is { } wantedAt && wantedAt > _answeredUntil
            && _attempt.IsCompletedSuccessfully && !_ended.IsCancellationRequested)
        {
            _answeredUntil = wantedAt;
            _attempt = Task.Run(() => TrySplitAsync(_ended.Token), CancellationToken.None);
        }
    }

    public async Task CommitAsync(ScanBatch batch, CancellationToken cancellation)
    {
        if (batch.IsLast && _request is { IsAnswered: true } request && request != _recorded && await request.Answer)
        {
            await _attempt.WaitAsync(cancellation);
            if (_recorded != request)
            {
                throw new LeaseLostException(lease.Claim.ScanId, lease.Claim.Ordinal);
            }
        }

        await sink.CommitAsync(batch, cancellation);
        // A copy: the memory of the batch is used again.
        _reached = batch.Checkpoint is { IsRoot: false } reached ? new Place(reached.ToOwned()) : _reached;
    }

    public async ValueTask DisposeAsync()
    {
        lease.Heard -= Hear;
        await _ended.CancelAsync();
        try
        {
            await _attempt;
        }
#pragma warning disable CA1031 // Where it mattered, the last batch met it; where not, the old range is simply scanned on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            logger.SplitFailed(failure, lease.Claim.ScanId, lease.Claim.Ordinal);
        }

        _ended.Dispose();
    }

    private async Task TrySplitAsync(CancellationToken cancellation)
    {
        var claim = lease.Claim;
        SplitRequest? agreed = null;
        try
        {
            if (await FindPlaceAsync(cancellation) is not { } at)
            {
                return;
            }

            var request = new SplitRequest(at);
            _request = request;
            if (await request.Answer.WaitAsync(cancellation))
            {
                agreed = request;
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException && cancellation.IsCancellationRequested
            || failure is StorageException || DatabaseRetry.IsOutage(failure))
        {
            // Nothing was agreed to, or the segment has ended: whoever is still idle asks again.
            logger.NotSplit(failure, claim.ScanId, claim.Ordinal);
        }

        if (agreed is not null)
        {
            await RecordAsync(agreed, cancellation);
        }
    }

    private async Task RecordAsync(SplitRequest agreed, CancellationToken cancellation)
    {
        var claim = lease.Claim;
        var at = agreed.At;
        var isOurs = await retry.RunAsync(
            token => splits.RecordAsync(claim, _end, at, token), () => lease.MayBeOurs, cancellation);
        if (!isOurs)
        {
            throw new LeaseLostException(claim.ScanId, claim.Ordinal);
        }

        _end = at;
        _recorded = agreed;
        logger.SegmentSplit(claim.ScanId, claim.Ordinal, at.ToString());
    }

    private async Task<FilePath?> FindPlaceAsync(CancellationToken cancellation)
    {
        var claim = lease.Claim;
        var ahead = claim.Range with { To = _end, After = _reached?.Path };
        // What a first scan will meet nobody knows, and of a full one the sizes matter: both are looked at.
        return claim.IsBaseline || claim.VerifyAll
            ? await LookAhead.MiddleAsync(
                backend, ahead, filter, options.SplitWorth, limits, clock, cancellation)
            : await splits.MiddleOfBaselineAsync(claim.Target.Id, ahead, options.SplitFiles, cancellation);
    }

    // A reference, because one thread writes it while another reads.
    private sealed record Place(FilePath Path);
}
