using Fixity.Alert.Deliveries.Gatherings;
using Fixity.Alert.Deliveries.Messages;
using Fixity.Alert.Webhooks;

namespace Fixity.Alert.Deliveries;

/// <summary>Says what is to be told in the form that a webhook's receiver reads.</summary>
internal sealed class DeliveryWriter(PublicSite site, TimeProvider clock)
{
    /// <summary>One event, at once.</summary>
    public NewDelivery WriteEvent(WebhookForm form, MessageEvent told)
    {
        var message = new Message(
            NewId(), MessageKind.Event, told.OccurredAt, told.Target, told.ScanId, told.Severity, [told],
            new Dictionary<string, long> { [told.Type] = 1 }, site.LinkTo(told.Target?.Id, told.ScanId, told));
        return Write(form, told.Key, message, told.OccurredAt);
    }

    /// <summary>A batch or digest as it stands.</summary>
    /// <param name="isSoFar">It goes on; this is an early word.</param>
    public NewDelivery WriteGathered(WebhookForm form, string key, Gathered gathered, bool isSoFar = false, string? folded = null)
    {
        var kind = gathered.Mode == WebhookMode.Batch ? MessageKind.Batch : MessageKind.Digest;
        var target = gathered.Events.Select(told => told.Target).FirstOrDefault(target => target?.Id == gathered.TargetId);
        var scan = gathered.ScanId ?? CommonScan(gathered);
        var only = gathered.EventCount == 1 ? gathered.Events[0] : null;
        var message = new Message(
            NewId(), kind, gathered.LastEventAt, target, scan, gathered.Severity, [.. gathered.Events], gathered.Counts,
            site.LinkTo(gathered.TargetId, scan, only), isSoFar);
        return Write(form, key, message, gathered.FirstEventAt, folded);
    }

    private NewDelivery Write(
        WebhookForm form, string key, Message message, DateTimeOffset firstEventAt, string? folded = null)
    {
        var written = MessageFormats.Of(form.Format.Word())
            .Write(message, new MessageFormatSettings(site.Source, form.Template));
        return new NewDelivery(form.WebhookId, key, message, firstEventAt, written, folded);
    }

    // Of a batch that lists all its events, when they are of one.
    private static long? CommonScan(Gathered gathered) =>
        gathered.Events.Count == gathered.EventCount
            && gathered.Events.Select(told => told.ScanId).Distinct().ToList() is [{ } scan]
            ? scan
            : null;

    private Guid NewId() => Guid.CreateVersion7(clock.GetUtcNow());
}
