using Npgsql;

namespace Fixity.Alert.Webhooks;

/// <summary>Where one webhook's messages go, and what is added to them on the way.</summary>
/// <param name="SealedSecret">As stored; opened only to sign.</param>
internal sealed record WebhookDestination(int WebhookId, string Name, string Url, byte[] SealedSecret, TimeSpan Timeout)
{
    public WebhookChannel Channel { get; init; }

    public WebhookFormat Format { get; init; }

    public string? Template { get; init; }

    /// <summary>Opened by <see cref="WebhookSecrets.OpenHeaders"/>; null: none.</summary>
    public byte[]? SealedHeaders { get; init; }

    public MailSettings? Mail { get; init; }

    /// <summary>Opened by <see cref="WebhookSecrets.OpenPassword"/>; null: none.</summary>
    public byte[]? SealedPassword { get; init; }

    /// <summary>From <c>id, name, url, secret, timeout_seconds, channel, format, template, sealed_headers, mail::text,
    /// user_name, sealed_password</c>, in this order.</summary>
    /// <param name="at">Column of the id.</param>
    public static WebhookDestination Read(NpgsqlDataReader row, int at) => new(
        row.GetInt32(at), row.GetString(at + 1), row.GetString(at + 2), row.GetFieldValue<byte[]>(at + 3),
        TimeSpan.FromSeconds(row.GetInt32(at + 4)))
    {
        Channel = WebhookWords.Parse<WebhookChannel>(row.GetString(at + 5)),
        Format = WebhookWords.Parse<WebhookFormat>(row.GetString(at + 6)),
        Template = row.IsDBNull(at + 7) ? null : row.GetString(at + 7),
        SealedHeaders = row.IsDBNull(at + 8) ? null : row.GetFieldValue<byte[]>(at + 8),
        Mail = row.IsDBNull(at + 9)
            ? null
            : MailColumn.Read(row.GetString(at + 9), row.IsDBNull(at + 10) ? null : row.GetString(at + 10), !row.IsDBNull(at + 11)),
        SealedPassword = row.IsDBNull(at + 11) ? null : row.GetFieldValue<byte[]>(at + 11),
    };
}
