using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Fixity.Gateway.Edge;

/// <summary>Configuration section <c>Gateway:RateLimits</c>: how much one address and one caller may ask for.</summary>
/// <remarks>
/// A busy page asks a few times a second, a script without a pause some dozen times. Each instance of the gateway counts
/// for itself.
/// </remarks>
internal sealed record RateLimitOptions
{
    /// <summary>False: nothing is counted, as behind a proxy that does this.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Of one IPv4 address or IPv6 /64, whoever asks: a whole office may share one.</summary>
    [ValidateObjectMembers]
    public RateLimit Address { get; init; } = new() { Requests = 6_000, Seconds = 60 };

    /// <summary>Of one user or token, wherever it asks from.</summary>
    [ValidateObjectMembers]
    public RateLimit Caller { get; init; } = new() { Requests = 3_000, Seconds = 60 };

    /// <summary>Attempts to sign in, of one address: each costs a hash that is slow on purpose.</summary>
    [ValidateObjectMembers]
    public RateLimit SignIn { get; init; } = new() { Requests = 60, Seconds = 60 };

    /// <summary>Exports and verifications of a caller: each may read everything there is.</summary>
    [ValidateObjectMembers]
    public RateLimit Export { get; init; } = new() { Requests = 30, Seconds = 60 };

    /// <summary>Scans, probes and webhook tests of a caller: each makes others work.</summary>
    [ValidateObjectMembers]
    public RateLimit Trigger { get; init; } = new() { Requests = 60, Seconds = 60 };

    /// <summary>Exports of a caller at the same time.</summary>
    [Range(1, 1_000)]
    public int ConcurrentExports { get; init; } = 4;

    /// <summary>Event streams of a caller at the same time: a browser window needs one.</summary>
    [Range(1, 10_000)]
    public int ConcurrentStreams { get; init; } = 20;
}

/// <summary>So many within so long, all at once if need be; then as they come back, one by one.</summary>
internal sealed record RateLimit
{
    [Range(1, 10_000_000)]
    public int Requests { get; init; }

    [Range(1, 86_400)]
    public int Seconds { get; init; }
}
