using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Fixity.ServiceDefaults.Secrets;
using Npgsql;

namespace Fixity.Alert.Webhooks;

/// <summary>The signing keys of the webhooks: generated here, at rest only sealed, each bound to its webhook.</summary>
internal sealed class WebhookSecrets(SecretBox box, NpgsqlDataSource database) : ISealedSecrets
{
    private const int GeneratedBytes = 32;

    public static string Generate() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(GeneratedBytes));

    public byte[] Seal(int webhookId, string secret) => box.Seal(Encoding.UTF8.GetBytes(secret), PlaceOf(webhookId));

    /// <exception cref="CryptographicException">It was sealed with another key, or for another webhook.</exception>
    public byte[] Open(int webhookId, byte[] sealedSecret) => box.Open(sealedSecret, PlaceOf(webhookId));

    public async Task<IReadOnlyList<SealedSecret>> AllAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select id, secret from alert.webhooks");
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var secrets = new List<SealedSecret>();
        while (await row.ReadAsync(cancellation))
        {
            secrets.Add(ReadSecret(row));
        }

        return secrets;
    }

    public async Task ReplaceAsync(SealedSecret secret, byte[] again, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            update alert.webhooks set secret = $3 where id = $1 and secret = $2
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = secret.Id });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = secret.Box });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = again });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static SealedSecret ReadSecret(NpgsqlDataReader row) =>
        new(row.GetInt32(0), PlaceOf(row.GetInt32(0)), row.GetFieldValue<byte[]>(1));

    private static string PlaceOf(int webhookId) =>
        string.Create(CultureInfo.InvariantCulture, $"webhook:{webhookId}:secret");
}
