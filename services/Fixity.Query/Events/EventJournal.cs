using Fixity.Query.Changes;

namespace Fixity.Query.Events;

/// <summary>Which scans, targets and webhooks were spoken of lately, and up to which place of the feed: what a client that
/// comes back has to be told again. Bounded; knows what it has forgotten.</summary>
/// <remarks>Not thread-safe: the hub's lock guards it.</remarks>
/// <param name="from">The place of the feed at which the database began to be heard.</param>
internal sealed class EventJournal(ChangePosition from, int capacity = EventJournal.Subjects)
{
    /// <summary>More than a client may have unsaid (<see cref="EventSubscription"/>): it is told to begin anew anyway.</summary>
    public const int Subjects = 2_000;

    private readonly Dictionary<(ProgressKind Kind, long Id), Mention> _mentions = [];
    private readonly PriorityQueue<(ProgressKind Kind, long Id), ChangePosition> _oldest = new();
    private ChangePosition _from = from;

    /// <summary>Everything that was spoken of in one round, which ends at <paramref name="position"/>.</summary>
    public void Record(Progress spoken, ChangePosition position)
    {
        foreach (var scanId in spoken.ScanIds)
        {
            Record((ProgressKind.Scan, scanId), new Mention(position, null));
        }

        foreach (var targetId in spoken.TargetIds)
        {
            Record((ProgressKind.Target, targetId), new Mention(position, null));
        }

        foreach (var (webhookId, state) in spoken.Webhooks)
        {
            Record((ProgressKind.Webhook, webhookId), new Mention(position, state));
        }
    }

    /// <summary>What was spoken of to those who had not heard of it when they were at <paramref name="position"/>.</summary>
    /// <returns>Null: that is longer ago than is remembered.</returns>
    public Progress? Since(ChangePosition position)
    {
        if (position.CompareTo(_from) < 0)
        {
            return null;
        }

        var since = new Progress();
        // Two rounds may end at the same place: what was said at exactly this one is said again.
        foreach (var ((kind, id), mention) in _mentions.Where(m => m.Value.Position.CompareTo(position) >= 0))
        {
            since.Add(kind switch
            {
                ProgressKind.Scan => new ProgressNotice(kind, ScanId: id),
                ProgressKind.Target => new ProgressNotice(kind, (int)id),
                _ => new ProgressNotice(kind, WebhookId: (int)id, State: mention.Webhook),
            });
        }

        return since;
    }

    private void Record((ProgressKind, long) subject, Mention mention)
    {
        if (!_mentions.ContainsKey(subject))
        {
            _oldest.Enqueue(subject, mention.Position);
        }

        _mentions[subject] = mention;
        while (_mentions.Count > capacity)
        {
            ForgetOldest();
        }
    }

    private void ForgetOldest()
    {
        _oldest.TryDequeue(out var subject, out var queuedAt);
        var mention = _mentions[subject];
        if (mention.Position.CompareTo(queuedAt) > 0)
        {
            // Spoken of again since it was queued.
            _oldest.Enqueue(subject, mention.Position);
            return;
        }

        _mentions.Remove(subject);
        // Whoever stands at this very place may have missed it.
        var next = new ChangePosition(mention.Position.TransactionId, mention.Position.Id + 1);
        _from = next.CompareTo(_from) > 0 ? next : _from;
    }

    /// <param name="Webhook">Of a webhook: how it stands.</param>
    private sealed record Mention(ChangePosition Position, WebhookStanding? Webhook);
}
