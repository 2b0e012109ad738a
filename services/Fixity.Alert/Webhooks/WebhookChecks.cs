namespace Fixity.Alert.Webhooks;

/// <summary>A look at a webhook that is to be saved which needs more than its words: a resolved name, a rendered sample.</summary>
internal interface IWebhookCheck
{
    /// <param name="request">Its fields are right, each for itself.</param>
    /// <returns>Null: there is nothing to complain about.</returns>
    Task<WebhookComplaint?> CheckAsync(WebhookRequest request, CancellationToken cancellation);
}

/// <param name="Field">As the request names it.</param>
/// <param name="Sentence">For the person who wrote it.</param>
internal readonly record struct WebhookComplaint(string Field, string Sentence);

/// <summary>Everything that is asked before a webhook is stored; each complaint names its field.</summary>
internal sealed class WebhookChecks(IEnumerable<IWebhookCheck> further)
{
    /// <param name="before">What is stored now; null: it is a new one.</param>
    /// <returns>Empty when there is nothing to complain about.</returns>
    public async Task<Dictionary<string, string[]>> CheckAsync(
        WebhookRequest request, Webhook? before, CancellationToken cancellation)
    {
        var errors = WebhookRules.Check(request);
        if (errors.Count == 0)
        {
            WebhookRules.CheckKept(request, before, errors);
        }

        if (errors.Count > 0)
        {
            return errors;
        }

        foreach (var check in further)
        {
            if (await check.CheckAsync(request, cancellation) is { } complaint)
            {
                errors.TryAdd(complaint.Field, [complaint.Sentence]);
            }
        }

        return errors;
    }
}
