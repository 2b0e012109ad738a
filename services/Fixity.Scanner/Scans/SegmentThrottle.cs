using Fixity.Core;
using Fixity.Storage;

namespace Fixity.Scanner.Scans;

/// <summary>Keeps the reading of one segment to its share of the target's limit, which moves with the hour and with the
/// number of scanners that work on the scan.</summary>
internal sealed class SegmentThrottle
{
    private readonly TargetOptions _options;
    private readonly TimeZoneInfo _zone;
    private readonly TimeProvider _clock;

    public SegmentThrottle(SegmentLease lease, TargetOptions options, TimeProvider clock)
    {
        (_options, _clock) = (options, clock);
        _zone = FindZone(lease.Claim.Target.TimeZone);
        Throttle = new StorageThrottle(clock);
        // Until the first look: as if the segment was alone. That is a second at most.
        Share(sharers: 1);
        lease.Heard += news => Share(news.Sharers);
    }

    /// <summary>For the engine, which asks it before each open and read.</summary>
    public StorageThrottle Throttle { get; }

    private void Share(int sharers)
    {
        var limit = SharedLimit.Of(_options, _zone, _clock.GetUtcNow(), sharers);
        Throttle.SetLimits(limit.BytesPerSecond, limit.OpensPerSecond);
    }

    private static TimeZoneInfo FindZone(string name) => TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
        ? zone
        : throw new TargetOptionsException($"This machine knows no time zone {name}.");
}
