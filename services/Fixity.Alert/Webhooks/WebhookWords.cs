using System.Text.Json;

namespace Fixity.Alert.Webhooks;

/// <summary>By what a webhook's messages travel.</summary>
public enum WebhookChannel
{
    Http,
    Smtp,
    Syslog,
}

/// <summary>The form in which its receiver reads them.</summary>
public enum WebhookFormat
{
    Fixity,
    Slack,
    Teams,
    Discord,
    Ntfy,
    Pagerduty,
    Alertmanager,
    Template,
    Mail,
    Syslog,
}

/// <summary>How many events make a message.</summary>
public enum WebhookMode
{
    /// <summary>One.</summary>
    Each,

    /// <summary>As many as come within a minute, at most 500.</summary>
    Batch,

    /// <summary>All of a scan.</summary>
    Digest,
}

/// <summary>How the way to a mail server is protected.</summary>
public enum MailSecurity
{
    /// <summary>Begins in the clear and goes on encrypted, or not at all.</summary>
    Starttls,
    Tls,
    None,
}

/// <summary>The words of these, in the database and on the wire.</summary>
internal static class WebhookWords
{
    private static readonly JsonNamingPolicy Words = JsonNamingPolicy.KebabCaseLower;

    public static string Word<T>(this T value)
        where T : struct, Enum => Words.ConvertName(value.ToString());

    /// <exception cref="ArgumentException">No word of this version.</exception>
    public static T Parse<T>(string word)
        where T : struct, Enum => Enum.Parse<T>(word, ignoreCase: true);

    public static WebhookFormat DefaultFormat(this WebhookChannel channel) => channel switch
    {
        WebhookChannel.Smtp => WebhookFormat.Mail,
        WebhookChannel.Syslog => WebhookFormat.Syslog,
        _ => WebhookFormat.Fixity,
    };
}
