using Fixity.Query.Targets;

namespace Fixity.Query.Events;

/// <summary>Data of a <c>change</c> event: so many new changes are committed.</summary>
/// <param name="ScanId">Null: a person's act.</param>
public sealed record ChangeEventView(int TargetId, long? ScanId, long Changes);

/// <summary>Data of a <c>target</c> event.</summary>
public sealed record TargetEventView(int TargetId, TargetState State);

/// <summary>Data of a <c>webhook</c> event.</summary>
public sealed record WebhookEventView(int WebhookId, WebhookStanding State);

/// <summary>How a webhook stands.</summary>
public enum WebhookStanding
{
    /// <summary>Enabled, and its last attempt was delivered, or there was none yet.</summary>
    Active,

    /// <summary>Enabled, and its last attempt was not delivered.</summary>
    Failing,

    /// <summary>Nothing is sent: a person, or the alert service itself, switched it off.</summary>
    Disabled,

    Deleted,
}

/// <summary>What is notified on <c>fixity_progress</c>: where to look; of a webhook, which is not read here, what is so.</summary>
internal sealed record ProgressNotice(
    ProgressKind Kind, int TargetId = 0, long? ScanId = null, int? WebhookId = null, WebhookStanding? State = null);

internal enum ProgressKind
{
    Scan,
    Change,
    Target,
    Webhook,
}
