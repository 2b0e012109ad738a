using System.Collections.Concurrent;

namespace Fixity.Query.Copies;

/// <summary>Counts what is there more than once, and gives the same count to all who ask within a while.</summary>
/// <remarks>
/// A count looks at every file there is, and a page of it is wanted many times. What is counted once is kept for a minute,
/// or twenty times as long as counting took; whoever asks while it is being counted waits for that count.
/// </remarks>
internal sealed class DuplicateTallies(
    CopyQueries copies, TimeProvider clock, IHostApplicationLifetime lifetime)
{
    /// <summary>Groups a count keeps: fifty pages of the longest.</summary>
    internal const int Kept = 10_000;

    private const int MostCounts = 16;

    private static readonly TimeSpan LongestCount = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ShortestLife = TimeSpan.FromMinutes(1);

    // 0 stands for all targets: ids begin at 1.
    private readonly ConcurrentDictionary<int, Count> _counts = new();

    public Task<DuplicateTally> OfAsync(int? targetId, CancellationToken cancellation)
    {
        var key = targetId ?? 0;
        while (true)
        {
            var count = _counts.GetOrAdd(key, _ => new Count(() => TallyAsync(targetId)));
            if (!count.IsPast(clock))
            {
                // One who leaves does not end the count for the others.
                return count.Tally.WaitAsync(cancellation);
            }

            _counts.TryRemove(new KeyValuePair<int, Count>(key, count));
            Forget();
        }
    }

    private void Forget()
    {
        foreach (var (key, count) in _counts)
        {
            if (_counts.Count > MostCounts && count.IsPast(clock))
            {
                _counts.TryRemove(new KeyValuePair<int, Count>(key, count));
            }
        }
    }

    private async Task<(DuplicateTally Tally, long Until)> TallyAsync(int? targetId)
    {
        using var limit = new CancellationTokenSource(LongestCount, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, lifetime.ApplicationStopping);
        var begun = clock.GetTimestamp();
        var tally = await copies.TallyAsync(targetId, Kept, clock.GetUtcNow(), LongestCount, stop.Token);
        var took = clock.GetElapsedTime(begun);
        var life = took * 20 > ShortestLife ? took * 20 : ShortestLife;
        return (tally, clock.GetTimestamp() + (long)(life.TotalSeconds * clock.TimestampFrequency));
    }

    private sealed class Count(Func<Task<(DuplicateTally Tally, long Until)>> tally)
    {
        private readonly Lazy<Task<(DuplicateTally Tally, long Until)>> _counted = new(tally);

        public Task<DuplicateTally> Tally => TallyOfAsync(_counted.Value);

        /// <summary>Its time is over, or it failed: whoever asks next counts anew.</summary>
        public bool IsPast(TimeProvider clock) =>
            _counted is { IsValueCreated: true, Value: { IsCompleted: true } counted }
            && (!counted.IsCompletedSuccessfully || counted.Result.Until <= clock.GetTimestamp());

        private static async Task<DuplicateTally> TallyOfAsync(Task<(DuplicateTally Tally, long Until)> counted) =>
            (await counted).Tally;
    }
}
