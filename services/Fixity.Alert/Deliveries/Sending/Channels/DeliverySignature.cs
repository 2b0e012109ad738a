using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Fixity.Alert.Deliveries.Sending.Channels;

/// <summary>Proves to a receiver who sent a payload and when: HMAC-SHA256 over <c>timestamp.body</c>.</summary>
internal static class DeliverySignature
{
    /// <returns>The value of <c>X-Signature</c>.</returns>
    public static string Of(byte[] secret, long unixSeconds, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        hmac.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{unixSeconds}.")));
        hmac.AppendData(body);
        return "sha256=" + Convert.ToHexStringLower(hmac.GetHashAndReset());
    }
}
