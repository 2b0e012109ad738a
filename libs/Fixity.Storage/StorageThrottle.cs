namespace Fixity.Storage;

/// <summary>Admits reads and openings no faster than a target allows, to all of its workers together.</summary>
/// <remarks>
/// <para>Asked before the call to the storage, by the one who makes it: waiting here is not waiting for the storage, and
/// must not look like a stalled read.</para>
/// <para>Each admission books its share of time behind those before it, so that workers come in turn and a late wake-up
/// is made up for; what was not used in a tenth of a second is lost.</para>
/// </remarks>
public sealed class StorageThrottle(TimeProvider clock)
{
    // Reads are cut to what a tenth of a second allows: a slow limit is a trickle, not a burst now and then.
    private static readonly TimeSpan Piece = TimeSpan.FromMilliseconds(100);

    // Timers tick once a millisecond: what is due sooner is not worth waiting for, and stays booked.
    private static readonly TimeSpan Negligible = TimeSpan.FromMilliseconds(1);

    private const int PageBytes = 4096;

    private readonly Lock _lock = new();
    private readonly Bucket _bytes = new(clock);
    private readonly Bucket _opens = new(clock);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Holds from now on, also for those who are waiting. Null: no limit.</summary>
    public void SetLimits(long? bytesPerSecond, int? opensPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytesPerSecond ?? 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(opensPerSecond ?? 1);
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (_bytes.PerSecond == bytesPerSecond && _opens.PerSecond == opensPerSecond)
            {
                return;
            }

            _bytes.Begin(bytesPerSecond);
            _opens.Begin(opensPerSecond);
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.SetResult();
    }

    /// <summary>Completes when one more file may be opened.</summary>
    public async ValueTask AdmitOpenAsync(CancellationToken cancellation) => await AdmitAsync(_opens, 1, cancellation);

    /// <summary>Completes when something may be read, and says how much of what was wanted.</summary>
    /// <param name="wanted">No more than what is left of the file: what is admitted counts, read or not.</param>
    public ValueTask<int> AdmitReadAsync(int wanted, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(wanted);
        return AdmitAsync(_bytes, wanted, cancellation);
    }

    private async ValueTask<int> AdmitAsync(Bucket bucket, int wanted, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            Booking booking;
            Task changed;
            lock (_lock)
            {
                booking = bucket.Book(wanted);
                changed = _changed.Task;
            }

            if (booking.Wait <= Negligible)
            {
                return booking.Units;
            }

            if (await ElapsedAsync(booking, changed, bucket, cancellation))
            {
                return booking.Units;
            }
        }
    }

    /// <returns>False when the limits changed first: then the booking is void.</returns>
    private async Task<bool> ElapsedAsync(
        Booking booking, Task changed, Bucket bucket, CancellationToken cancellation)
    {
        using var given = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var delay = Task.Delay(booking.Wait, clock, given.Token);
        try
        {
            if (await Task.WhenAny(delay, changed) == delay)
            {
                await delay;
                return true;
            }

            await given.CancelAsync();
            return false;
        }
        catch (OperationCanceledException)
        {
            lock (_lock)
            {
                bucket.GiveBack(booking);
            }

            throw;
        }
    }

    /// <param name="Round">Of the limits that it was made under.</param>
    private readonly record struct Booking(int Units, TimeSpan Wait, int Round);

    /// <summary>One limit: when the next unit is free, as a point on the clock.</summary>
    private sealed class Bucket(TimeProvider clock)
    {
        private readonly long _origin = clock.GetTimestamp();
        private TimeSpan _free;
        private int _round;

        public long? PerSecond { get; private set; }

        public void Begin(long? perSecond)
        {
            PerSecond = perSecond;
            _free = clock.GetElapsedTime(_origin);
            _round++;
        }

        public Booking Book(int wanted)
        {
            if (PerSecond is not { } limit)
            {
                return new Booking(wanted, TimeSpan.Zero, _round);
            }

            var now = clock.GetElapsedTime(_origin);
            var start = _free > now - Piece ? _free : now - Piece;
            var units = (int)Math.Min(wanted, Whole(Math.Max(1, (long)(limit * Piece.TotalSeconds))));
            _free = start + Share(units, limit);
            return new Booking(units, start - now, _round);
        }

        public void GiveBack(Booking booking)
        {
            if (booking.Round == _round && PerSecond is { } limit)
            {
                _free -= Share(booking.Units, limit);
            }
        }

        // Whole pages where there is one: reads past the cache are aligned.
        private static long Whole(long bytes) => bytes >= PageBytes ? bytes / PageBytes * PageBytes : bytes;

        private static TimeSpan Share(int units, long perSecond) => TimeSpan.FromSeconds((double)units / perSecond);
    }
}
