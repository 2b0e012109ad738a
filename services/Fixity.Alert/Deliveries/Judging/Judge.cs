using Fixity.Alert.Deliveries.Gatherings;
using Fixity.Alert.Deliveries.Matching;
using Fixity.Alert.Mutes;
using Fixity.Alert.Severities;
using Fixity.Alert.Webhooks;
using Fixity.Core;
using Npgsql;

namespace Fixity.Alert.Deliveries.Judging;

/// <summary>Decides of a stretch of events whom each is told, and whether at once or together with others.</summary>
internal sealed class Judge
{
    // Few, and each a change of state: nobody wants to learn at the end of a scan that it could not begin.
    private static readonly HashSet<string> ToldAtOnce = ["target.offline", "target.online", "scan.failed", "verification.stale"];

    private readonly IReadOnlyList<WebhookRule> _webhooks;
    private readonly IReadOnlyList<MuteRule> _mutes;
    private readonly SeverityRules _severities;
    private readonly Standing _standing;
    private readonly GatheringSet _gatherings;

    private Judge(
        IReadOnlyList<WebhookRule> webhooks, IReadOnlyList<MuteRule> mutes, SeverityRules severities, Standing standing,
        GatheringSet gatherings) =>
        (_webhooks, _mutes, _severities, _standing, _gatherings) = (webhooks, mutes, severities, standing, gatherings);

    /// <summary>Events that a mute kept quiet.</summary>
    public int Muted { get; private set; }

    /// <summary>Events that were told already.</summary>
    public int Repeated { get; private set; }

    /// <summary>Everything that decides, as it is now. What the events change of it is locked until the transaction's end.</summary>
    public static async Task<Judge> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<SourceEvent> events, CancellationToken cancellation)
    {
        // After the events: whoever was told that the webhook exists gets everything committed from then on.
        var webhooks = await WebhookRule.ReadAsync(connection, events, cancellation);
        int[] targets = [.. events.Select(found => found.TargetId).Distinct()];
        return new Judge(
            webhooks,
            await MuteStore.ReadAsync(connection, events.Min(found => found.OccurredAt), cancellation),
            await SeverityStore.ReadAsync(connection, targets, cancellation),
            await Standing.ReadAsync(connection, events, cancellation),
            await GatheringSet.ReadAsync(connection, targets, cancellation));
    }

    /// <returns>What is told now, in order; the rest is gathered.</returns>
    public IReadOnlyList<NewDelivery> Tell(IEnumerable<SourceEvent> events, DeliveryWriter writer)
    {
        var deliveries = new List<NewDelivery>();
        foreach (var found in events)
        {
            var wanting = EventTypes.All.Contains(found.Type) ? _webhooks.Where(w => w.Wants(found)).ToList() : [];
            var mute = _mutes.FirstOrDefault(m => m.Covers(found));
            // Asked also of what nobody wants: it stands all the same.
            var isRepeat = _standing.IsRepeat(found, mute is not null);
            if (wanting.Count == 0)
            {
                continue;
            }

            if (mute is not null)
            {
                mute.Suppress();
                Muted++;
            }
            else if (isRepeat)
            {
                Repeated++;
            }
            else
            {
                Tell(found, wanting, writer, deliveries);
            }
        }

        return deliveries;
    }

    public async Task SaveAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await _standing.SaveAsync(connection, cancellation);
        await MuteStore.CountAsync(connection, _mutes, cancellation);
        await _gatherings.SaveAsync(connection, cancellation);
    }

    private void Tell(
        SourceEvent found, IReadOnlyList<WebhookRule> wanting, DeliveryWriter writer, List<NewDelivery> deliveries)
    {
        var severity = _severities.Of(found.TargetId, found.Type, found.Usual);
        MessageDetail detail = new(found, severity);
        foreach (var webhook in wanting.Where(webhook => severity >= webhook.MinSeverity))
        {
            if (webhook.Mode == WebhookMode.Each || ToldAtOnce.Contains(found.Type))
            {
                deliveries.Add(writer.WriteEvent(webhook.Form, detail.Told));
            }
            else if (_gatherings.Add(webhook, found, severity, () => detail.Told) is { } full)
            {
                deliveries.Add(writer.WriteGathered(webhook.Form, full.Key, full.Gathered));
            }
        }
    }

    /// <summary>Made once for all webhooks, and only when one needs more than its number.</summary>
    private sealed class MessageDetail(SourceEvent found, Severity severity)
    {
        private Messages.MessageEvent? _told;

        public Messages.MessageEvent Told => _told ??= found.Tell(severity);
    }
}
