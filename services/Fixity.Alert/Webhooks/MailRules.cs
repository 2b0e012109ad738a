using System.Net.Mail;

namespace Fixity.Alert.Webhooks;

/// <summary>What the settings of a mail must be like.</summary>
internal static class MailRules
{
    private const int MaxAddresses = 50;
    private const int MaxAddressLength = 254;
    private const int MaxCredentialLength = 256;

    public static string? Error(WebhookRequest request) => (request.Channel, request.Mail) switch
    {
        (WebhookChannel.Smtp, null) => "Channel smtp needs mail: from whom, and to whom.",
        (WebhookChannel.Smtp, { } mail) => AddressesError(mail) ?? SecurityError(request.Url, mail) ?? CredentialsError(request.Url, mail),
        (_, not null) => "Only channel smtp has mail.",
        _ => null,
    };

    /// <summary>As the url has it, where it is not said.</summary>
    public static MailSecurity SecurityOf(string url, MailRequest mail) =>
        mail.Security ?? (IsTls(url) ? MailSecurity.Tls : MailSecurity.Starttls);

    private static bool IsTls(string url) => url.StartsWith("smtps:", StringComparison.OrdinalIgnoreCase);

    private static string? AddressesError(MailRequest mail)
    {
        if (!IsAddress(mail.From))
        {
            return "from must be a mail address, such as fixity@example.org.";
        }

        return mail.To.Count is 0 or > MaxAddresses || mail.To.Any(address => !IsAddress(address))
            ? $"to must be 1 to {MaxAddresses} mail addresses."
            : null;
    }

    private static string? SecurityError(string url, MailRequest mail) =>
        IsTls(url) != (SecurityOf(url, mail) == MailSecurity.Tls)
            ? "security tls goes with smtps, starttls and none with smtp."
            : null;

    private static string? CredentialsError(string url, MailRequest mail)
    {
        if (mail.UserName is null)
        {
            return mail.Password is null ? null : "A password needs a user name.";
        }

        if (SecurityOf(url, mail) == MailSecurity.None)
        {
            return "With security none there is no user name: its password would travel in the clear.";
        }

        return IsCredential(mail.UserName) && (mail.Password is null || IsCredential(mail.Password))
            ? null
            : $"User name and password must have 1 to {MaxCredentialLength} characters, none of them a control character.";
    }

    private static bool IsCredential(string text) => text.Length is > 0 and <= MaxCredentialLength && !text.Any(char.IsControl);

    // A bare one: no display name, no second one behind a comma, nothing that ends a line of SMTP.
    private static bool IsAddress(string? address) =>
        address is { Length: <= MaxAddressLength }
        && !address.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '<' or '>' or ',' or ';' or '"' or '\\')
        && MailAddress.TryCreate(address, out var parsed)
        && string.Equals(parsed.Address, address, StringComparison.Ordinal);
}
