using Fixity.Query.Changes;
using Fixity.ServiceDefaults.Paging;

namespace Fixity.Query.Events;

/// <summary>Tells a client that comes back what it missed, or that this is too much and it has to read everything anew.</summary>
internal sealed class EventReplay(EventHub hub, EventReader events, PendingProgress pending)
{
    /// <summary>Changes that are counted for a client that comes back; a page that missed more reads its lists anew.</summary>
    internal const int MaxChanges = 10_000;

    /// <summary>The place that the client says it knows; null: it says none, or none of ours.</summary>
    public static ChangePosition? PositionIn(string? lastEventId) =>
        Cursor.TryDecode<ChangePosition>(lastEventId, out var position) && ChangePosition.IsSound(position)
            ? position
            : null;

    /// <summary>Waits until this process has told what another one told this client already.</summary>
    public Task CatchUpAsync(ChangePosition position, CancellationToken cancellation)
    {
        var reached = hub.ReachedAsync(position, cancellation);
        if (!reached.IsCompleted)
        {
            pending.AskForChanges();
        }

        return reached;
    }

    /// <summary>What was told between the client's place and the one at which its new stream begins.</summary>
    /// <returns>Null: more than is told again, or longer ago than is remembered.</returns>
    public async Task<IReadOnlyList<LiveEvent>?> MissedAsync(
        ChangePosition after, EventSubscription subscription, CancellationToken cancellation)
    {
        if (hub.SpokenOfSince(after) is not { } spoken
            || spoken.ScanIds.Count + spoken.TargetIds.Count + spoken.Webhooks.Count > EventSubscription.MaxSubjects)
        {
            return null;
        }

        var tally = await events.TallyAsync(after, subscription.Since, MaxChanges + 1, cancellation);
        return tally.IsAtEnd ? [.. tally.Events, .. await events.ReadAsync(spoken, cancellation)] : null;
    }
}
