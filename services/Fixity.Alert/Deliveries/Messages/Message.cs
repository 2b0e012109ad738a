using System.Text.Json;
using Fixity.Core;

namespace Fixity.Alert.Deliveries.Messages;

/// <summary>What one delivery tells, before it is written in the form that its receiver reads.</summary>
/// <param name="Id">Of the delivery: the same over all attempts, so that a receiver can tell a duplicate.</param>
/// <param name="At">When the latest of its events happened.</param>
/// <param name="Target">Null: it is about no target, or about several.</param>
/// <param name="ScanId">Null: it is about no scan, or about several.</param>
/// <param name="Severity">The highest of its events.</param>
/// <param name="Events">Of an event the one, of a batch all in order, of a digest the worst ten, worst first.</param>
/// <param name="Counts">Events by type, those that <paramref name="Events"/> leaves out included.</param>
/// <param name="Link">Where a person sees it all; null when no public address of this system is configured.</param>
/// <param name="IsSoFar">An early word of a digest whose scan goes on; the whole comes when it has ended.</param>
internal sealed record Message(
    Guid Id,
    MessageKind Kind,
    DateTimeOffset At,
    PayloadTarget? Target,
    long? ScanId,
    Severity Severity,
    IReadOnlyList<MessageEvent> Events,
    IReadOnlyDictionary<string, long> Counts,
    Uri? Link,
    bool IsSoFar = false)
{
    /// <summary>How many events it tells of.</summary>
    public long EventCount => Counts.Values.Sum();
}

/// <summary>One event within a message.</summary>
/// <param name="Key"><c>change:17</c> or <c>target:5</c>: names it over all deliveries.</param>
/// <param name="Type">A word of <see cref="Webhooks.EventTypes"/>.</param>
/// <param name="Severity">As the target's own rules have it.</param>
/// <param name="Data">What is particular to its type: of a file's event what the API's change says.</param>
internal sealed record MessageEvent(
    string Key,
    string Type,
    Severity Severity,
    DateTimeOffset OccurredAt,
    PayloadTarget? Target,
    long? ScanId,
    JsonElement Data);

/// <summary>Words of <c>webhook_deliveries.kind</c>.</summary>
public enum MessageKind
{
    Event,
    Batch,
    Digest,
    Test,
}
