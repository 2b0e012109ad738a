namespace Fixity.Query.Changes;

/// <summary>Reads the feed of changes for a machine, and waits with it for the next ones.</summary>
/// <remarks>
/// A notification says that something was committed, not that it can be read yet: it can once no older transaction is
/// open, and the end of that one is told by nobody. So a reader that waits also looks by itself, soon at first and then
/// ever more seldom. It holds no connection meanwhile.
/// </remarks>
/// <param name="places">How many may wait at a time, in one process: each costs a look at every announcement.</param>
internal sealed class ChangeFeed(
    ChangeQueries changes, ChangeArrivals arrivals, ChangeMetrics metrics, TimeProvider clock,
    IHostApplicationLifetime lifetime, int places = ChangeFeed.MaximumWaiting) : IDisposable
{
    /// <summary>Shorter than the minute after which proxies commonly cut a silent connection.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(55);

    public const int MaximumWaiting = 50;

    // Where a filter wants nothing of millions of events, an answer in between says how far the reader has come.
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _places = new(places);

    public int FreePlaces => _places.CurrentCount;

    /// <param name="wait">Zero: whatever is there now.</param>
    public async Task<FeedAnswer> ReadAsync(
        ChangeFilter filter, ChangePosition after, int limit, TimeSpan wait, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        var pause = ShortestPause;
        var isWaiting = false;
        try
        {
            while (true)
            {
                var arrival = arrivals.Next;
                var looked = clock.GetTimestamp();
                if (await changes.StretchAsync(filter, after, limit, cancellation) is not { } stretch)
                {
                    return new FeedAnswer.Astray();
                }

                after = stretch.Next;
                var left = (stretch.IsAtEnd || wait > LongestLook ? wait : LongestLook) - clock.GetElapsedTime(started);
                if (stretch.Changes.Count > 0 || left <= TimeSpan.Zero || lifetime.ApplicationStopping.IsCancellationRequested)
                {
                    return new FeedAnswer.Found(stretch.Changes, after);
                }

                if (!stretch.IsAtEnd)
                {
                    continue;
                }

                if (!isWaiting && !(isWaiting = await EnterAsync(cancellation)))
                {
                    return new FeedAnswer.Busy();
                }

                var announced = await PauseAsync(arrival, looked, Shorter(pause, left), cancellation);
                pause = announced ? ShortestPause : Shorter(pause * 2, LongestPause);
            }
        }
        finally
        {
            if (isWaiting)
            {
                Leave();
            }
        }
    }

    public void Dispose() => _places.Dispose();

    private async Task<bool> EnterAsync(CancellationToken cancellation)
    {
        if (!await _places.WaitAsync(TimeSpan.Zero, cancellation))
        {
            return false;
        }

        metrics.WaitingChanged(1);
        return true;
    }

    private void Leave()
    {
        metrics.WaitingChanged(-1);
        _places.Release();
    }

    /// <returns>True: something was announced.</returns>
    private async Task<bool> PauseAsync(Task arrival, long looked, TimeSpan length, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        try
        {
            await arrival.WaitAsync(length, clock, end.Token);
            // A scan announces each of its batches: not every one is worth a look of every reader.
            var tooSoon = ShortestPause - clock.GetElapsedTime(looked);
            if (tooSoon > TimeSpan.Zero)
            {
                await Task.Delay(Shorter(tooSoon, length), clock, end.Token);
            }

            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The service stops: one last look, and the reader is sent on with what there is.
            return false;
        }
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
