using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fixity.Alert.Webhooks;

/// <summary>The form of <c>webhooks.mail</c>.</summary>
internal static class MailColumn
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    public static string? Write(WebhookRequest request) => request.Mail is { } mail
        ? JsonSerializer.Serialize(new Stored(mail.From, mail.To, MailRules.SecurityOf(request.Url, mail)), Json)
        : null;

    public static MailSettings Read(string column, string? userName, bool hasPassword)
    {
        var stored = JsonSerializer.Deserialize<Stored>(column, Json)
            ?? throw new JsonException("webhooks.mail holds no settings.");
        return new MailSettings(stored.From, stored.To, stored.Security, userName, hasPassword);
    }

    private sealed record Stored(string From, IReadOnlyList<string> To, MailSecurity Security);
}
