using Fixity.Alert.Webhooks;
using Npgsql;

namespace Fixity.Alert.Deliveries;

/// <summary>The form in which a webhook's receiver reads.</summary>
/// <param name="Template">Of format <c>template</c>; null otherwise.</param>
internal sealed record WebhookForm(int WebhookId, WebhookFormat Format, string? Template)
{
    /// <summary>From <c>id, format, template</c>, in this order.</summary>
    public static WebhookForm Read(NpgsqlDataReader row, int at) => new(
        row.GetInt32(at),
        WebhookWords.Parse<WebhookFormat>(row.GetString(at + 1)),
        row.IsDBNull(at + 2) ? null : row.GetString(at + 2));
}
