using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Fixity.ServiceDefaults.Secrets;

namespace Fixity.Alert.Webhooks;

/// <summary>The signing keys of the webhooks: generated here, at rest only sealed, each bound to its webhook.</summary>
internal sealed class WebhookSecrets(SecretBox box)
{
    private const int GeneratedBytes = 32;

    public static string Generate() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(GeneratedBytes));

    public byte[] Seal(int webhookId, string secret) => box.Seal(Encoding.UTF8.GetBytes(secret), PlaceOf(webhookId));

    /// <exception cref="CryptographicException">It was sealed with another key, or for another webhook.</exception>
    public byte[] Open(int webhookId, byte[] sealedSecret) => box.Open(sealedSecret, PlaceOf(webhookId));

    private static string PlaceOf(int webhookId) =>
        string.Create(CultureInfo.InvariantCulture, $"webhook:{webhookId}:secret");
}
