namespace Fixity.Alert.Webhooks.Trials;

/// <summary>Makes a destination of settings that are not saved, so that they are sent to just as saved ones are.</summary>
internal sealed class UnsavedWebhooks(WebhookSecrets secrets)
{
    // Of a webhook that is not there yet; no saved one has it.
    private const int NoId = 0;

    /// <param name="saved">Whose secrets stand for those that the request leaves unsaid; null: there are none.</param>
    public WebhookDestination DestinationOf(WebhookRequest request, WebhookDestination? saved)
    {
        var id = saved?.WebhookId ?? NoId;
        var secret = request.Secret is { } given
            ? secrets.Seal(id, given)
            : saved?.SealedSecret ?? secrets.Seal(id, WebhookSecrets.Generate());
        return new WebhookDestination(id, request.Name, request.Url, secret, TimeSpan.FromSeconds(request.TimeoutSeconds))
        {
            Channel = request.Channel,
            Format = request.FormatOrDefault,
            Template = request.Template,
            SealedHeaders = HeadersOf(id, request, saved),
            Mail = MailOf(request, saved),
            SealedPassword = request.Mail switch
            {
                { Password: { } password } => secrets.SealPassword(id, password),
                { UserName: not null } => saved?.SealedPassword,
                _ => null,
            },
        };
    }

    private byte[]? HeadersOf(int id, WebhookRequest request, WebhookDestination? saved)
    {
        if (request.Channel != WebhookChannel.Http || request.Headers is null)
        {
            return request.Channel == WebhookChannel.Http ? saved?.SealedHeaders : null;
        }

        var kept = secrets.OpenHeaders(id, saved?.SealedHeaders);
        return secrets.SealHeaders(
            id, request.Headers.ToDictionary(header => header.Key, header => header.Value ?? kept[header.Key]));
    }

    private static MailSettings? MailOf(WebhookRequest request, WebhookDestination? saved) => request.Mail is { } mail
        ? new MailSettings(
            mail.From, mail.To, MailRules.SecurityOf(request.Url, mail), mail.UserName,
            mail.Password is not null || saved?.SealedPassword is not null)
        : null;
}
