namespace Fixity.Gateway.Edge;

/// <summary>Counts what each key takes of one limit, in bounded memory.</summary>
/// <remarks>
/// One number a key: when its allowance will be whole again (GCRA). A key whose allowance is whole needs no number, so
/// forgetting those loses nothing. Where even the others are too many, a new key shares one allowance with all such keys:
/// whoever floods the gateway from so many addresses that they cannot be told apart is counted as one.
/// </remarks>
internal sealed class RateBook(RateLimit limit, TimeProvider clock, int remembered = RateBook.Remembered)
{
    public const int Remembered = 20_000;

    private const string Others = "";

    private static readonly long SweepEvery = TimeSpan.TicksPerSecond;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _wholeAt = new(StringComparer.Ordinal);
    private readonly long _each = limit.Seconds * TimeSpan.TicksPerSecond / limit.Requests;
    private readonly long _all = limit.Seconds * TimeSpan.TicksPerSecond;

    private long _swept;

    /// <returns>Null: taken. Else how long until there is something to take again.</returns>
    public TimeSpan? TryTake(string key)
    {
        var now = clock.GetUtcNow().UtcTicks;
        lock (_lock)
        {
            var counted = CountedAs(key, now);
            var wholeAt = Math.Max(now, _wholeAt.GetValueOrDefault(counted)) + _each;
            if (wholeAt - now > _all)
            {
                return TimeSpan.FromTicks(wholeAt - now - _all);
            }

            _wholeAt[counted] = wholeAt;
            return null;
        }
    }

    internal int Count()
    {
        lock (_lock)
        {
            return _wholeAt.Count;
        }
    }

    private string CountedAs(string key, long now)
    {
        if (_wholeAt.Count < remembered || _wholeAt.ContainsKey(key))
        {
            return key;
        }

        if (_swept + SweepEvery <= now)
        {
            _swept = now;
            foreach (var (known, wholeAt) in _wholeAt)
            {
                if (wholeAt <= now)
                {
                    _wholeAt.Remove(known);
                }
            }
        }

        return _wholeAt.Count < remembered ? key : Others;
    }
}
