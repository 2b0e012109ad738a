using Fixity.Alert.Deliveries.Judging;
using Fixity.Alert.Deliveries.Matching;
using Fixity.Alert.Webhooks;

namespace Fixity.Alert.Mutes;

/// <summary>A mute, made ready to be asked about events.</summary>
internal sealed class MuteRule(int id, int? targetId, string? path, string? pattern, DateTimeOffset until)
{
    private readonly PathRule? _path = path is null ? null : new PathRule([path]);

    public int Id => id;

    /// <summary>Events that it kept quiet since it was read.</summary>
    public long Suppressed { get; private set; }

    /// <summary>What happened while it holds it covers, also when that is read only later.</summary>
    public bool Covers(SourceEvent found) =>
        found.OccurredAt < until
        && (targetId is null || targetId == found.TargetId)
        && (pattern is null || EventTypes.Matches(pattern, found.Type))
        && (_path is null || (found.Path is not null && _path.Covers(found)));

    public void Suppress() => Suppressed++;
}
