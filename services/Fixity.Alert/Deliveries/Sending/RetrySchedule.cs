namespace Fixity.Alert.Deliveries.Sending;

/// <summary>When a failed attempt is made again: 0, base, 3·base, 7·base … after the first, each wait off by up to a tenth.</summary>
internal static class RetrySchedule
{
    /// <summary>No wait is longer, whatever the receiver asks for.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    private const double Jitter = 0.1;

    /// <param name="attempt">The one that failed, from 1.</param>
    /// <param name="random">From 0 to 1: spreads receivers' retries, so that they do not all come at once.</param>
    /// <param name="retryAfter">What the receiver asked for: never earlier than that, nor than our own schedule.</param>
    public static TimeSpan DelayAfter(int attempt, TimeSpan backoff, double random, TimeSpan? retryAfter)
    {
        var seconds = backoff.TotalSeconds * Math.Pow(2, attempt - 1) * (1 + (Jitter * ((2 * random) - 1)));
        var wanted = Math.Max(seconds, retryAfter?.TotalSeconds ?? 0);
        return TimeSpan.FromSeconds(Math.Min(wanted, Longest.TotalSeconds));
    }
}
