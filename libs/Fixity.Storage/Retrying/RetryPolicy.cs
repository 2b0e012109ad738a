namespace Fixity.Storage.Retrying;

/// <summary>How long, and how often, what a lost connection broke is tried again.</summary>
/// <remarks>
/// Shorter than the time after which the engine takes a read for hung: what is tried again must not look like it.
/// </remarks>
public sealed record RetryPolicy
{
    /// <summary>After the first failure of a call, until its last attempt begins.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The first pause is random up to this, each further one up to twice as much.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(200);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For the look at the root that decides, in the end, whether one file or the storage is lost.</summary>
    public TimeSpan LastLook { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>The attempts at one call: full jitter, so that workers who lost the storage together come back one by one.</summary>
internal sealed class Attempts(RetryPolicy policy, TimeProvider clock)
{
    private readonly long _since = clock.GetTimestamp();
    private TimeSpan _atMost = policy.FirstPause;

    /// <returns>False: enough has been tried.</returns>
    public async ValueTask<bool> PauseAsync(CancellationToken cancellation)
    {
        var left = policy.Patience - clock.GetElapsedTime(_since);
        if (left <= TimeSpan.Zero)
        {
            return false;
        }

        // The last attempt is made at the end of the patience, not somewhere before.
        var pause = _atMost * Random.Shared.NextDouble();
        await Task.Delay(pause < left ? pause : left, clock, cancellation);
        _atMost = _atMost * 2 < policy.LongestPause ? _atMost * 2 : policy.LongestPause;
        return true;
    }
}
