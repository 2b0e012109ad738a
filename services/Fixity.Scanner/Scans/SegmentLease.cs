using Fixity.Scanning;

namespace Fixity.Scanner.Scans;

/// <summary>Keeps the lease of one segment while it is worked on, and passes on what is wanted of the work.</summary>
/// <remarks>
/// Pausing stops the work like the end of the process does: what is finished is committed and the lease given back, so
/// that a pause may last for days and survive every scanner. A lost lease cancels the work instead.
/// </remarks>
internal sealed class SegmentLease : ISegmentControl, IAsyncDisposable
{
    private readonly ScanQueue _queue;
    private readonly ScannerOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _stopping;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _keeping;
    private long _renewedAt;

    /// <param name="shutdown">The process is to end.</param>
    public SegmentLease(
        SegmentClaim claim, ScanQueue queue, ScannerOptions options, TimeProvider clock, ILogger logger,
        CancellationToken shutdown)
    {
        (Claim, _queue, _options, _clock, _logger) = (claim, queue, options, clock, logger);
        _renewedAt = claim.ClaimedAt;
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(shutdown);
        _keeping = KeepAsync(_ended.Token);
    }

    public SegmentClaim Claim { get; }

    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Set when another may have the segment: nothing may be written any more.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Why the work was asked to stop; <see cref="SegmentWish.GoOn"/>: it was not, or the process is to end.</summary>
    public SegmentWish Wish { get; private set; } = SegmentWish.GoOn;

    /// <summary>Whether the lease may still be ours, as far as this process can tell by itself.</summary>
    public bool MayBeOurs =>
        !_lost.IsCancellationRequested && _clock.GetElapsedTime(Volatile.Read(ref _renewedAt)) < _options.Lease;

    public SplitRequest? PendingSplit => null;

    public ValueTask WaitWhilePausedAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _keeping;
        _ended.Dispose();
        _stopping.Dispose();
        _lost.Dispose();
    }

    private async Task KeepAsync(CancellationToken ended)
    {
        try
        {
            var interval = _options.ControlInterval < _options.RenewInterval
                ? _options.ControlInterval
                : _options.RenewInterval;
            using var timer = new PeriodicTimer(interval, _clock);
            while (!_lost.IsCancellationRequested && await timer.WaitForNextTickAsync(ended))
            {
                await LookAsync(ended);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The work is over; that is how this loop ends.
        }
    }

    private async Task LookAsync(CancellationToken ended)
    {
        try
        {
            // A statement that hangs must not hide that the lease runs out meanwhile.
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(ended);
            patience.CancelAfter(_options.RenewInterval);
            if (_clock.GetElapsedTime(_renewedAt) >= _options.RenewInterval)
            {
                await RenewAsync(patience.Token);
            }

            await FollowAsync(await _queue.ReadWishAsync(Claim, patience.Token));
        }
#pragma warning disable CA1031 // Whatever hides the lease's state, the next look may show it; until then time decides.
        catch (Exception failure) when (!ended.IsCancellationRequested)
#pragma warning restore CA1031
        {
            if (!MayBeOurs)
            {
                // Unable to prove that the lease is ours, so act as if it were not.
                _logger.LeaseUnprovable(failure, Claim.ScanId, Claim.Ordinal);
                await _lost.CancelAsync();
            }
        }
    }

    private async Task RenewAsync(CancellationToken cancellation)
    {
        var asked = _clock.GetTimestamp();
        if (await _queue.RenewAsync(Claim, _options.Lease, cancellation))
        {
            Volatile.Write(ref _renewedAt, asked);
        }
    }

    private async Task FollowAsync(SegmentWish wish)
    {
        switch (wish)
        {
            case SegmentWish.LeaseLost:
                await _lost.CancelAsync();
                break;
            case SegmentWish.Pause or SegmentWish.Cancel when Wish == SegmentWish.GoOn:
                Wish = wish;
                await _stopping.CancelAsync();
                break;
            default:
                break;
        }
    }
}
