using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Fixity.ServiceDefaults.Secrets;
using Npgsql;

namespace Fixity.Alert.Webhooks;

/// <summary>What the webhooks keep to themselves: signing keys, values of headers, passwords. At rest only sealed, each
/// bound to its webhook and its place there.</summary>
internal sealed class WebhookSecrets(SecretBox box, NpgsqlDataSource database) : ISealedSecrets
{
    private const int GeneratedBytes = 32;
    private const string SecretPlace = "secret";
    private const string HeadersPlace = "headers";
    private const string PasswordPlace = "password";

    public static string Generate() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(GeneratedBytes));

    public byte[] Seal(int webhookId, string secret) => SealText(webhookId, SecretPlace, secret);

    /// <exception cref="CryptographicException">It was sealed with another key, or for another webhook.</exception>
    public byte[] Open(int webhookId, byte[] sealedSecret) => box.Open(sealedSecret, PlaceOf(webhookId, SecretPlace));

    /// <returns>Null: there are none.</returns>
    public byte[]? SealHeaders(int webhookId, IReadOnlyDictionary<string, string> headers) => headers.Count == 0
        ? null
        : box.Seal(JsonSerializer.SerializeToUtf8Bytes(headers), PlaceOf(webhookId, HeadersPlace));

    /// <summary>Names and values; none of null.</summary>
    /// <exception cref="CryptographicException">As above.</exception>
    public IReadOnlyDictionary<string, string> OpenHeaders(int webhookId, byte[]? sealedHeaders) => sealedHeaders is null
        ? new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        : new Dictionary<string, string>(
            JsonSerializer.Deserialize<Dictionary<string, string>>(
                box.Open(sealedHeaders, PlaceOf(webhookId, HeadersPlace)))!,
            StringComparer.OrdinalIgnoreCase);

    public byte[] SealPassword(int webhookId, string password) => SealText(webhookId, PasswordPlace, password);

    /// <exception cref="CryptographicException">As above.</exception>
    public string OpenPassword(int webhookId, byte[] sealedPassword) =>
        Encoding.UTF8.GetString(box.Open(sealedPassword, PlaceOf(webhookId, PasswordPlace)));

    public async Task<IReadOnlyList<SealedSecret>> AllAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select id, 'secret', secret from alert.webhooks
            union all select id, 'headers', sealed_headers from alert.webhooks where sealed_headers is not null
            union all select id, 'password', sealed_password from alert.webhooks where sealed_password is not null
            """);
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
        // One of the three: a box is nowhere twice.
        await using var command = database.CreateCommand("""
            update alert.webhooks
            set secret = case when secret = $2 then $3 else secret end,
                sealed_headers = case when sealed_headers = $2 then $3 else sealed_headers end,
                sealed_password = case when sealed_password = $2 then $3 else sealed_password end
            where id = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = secret.Id });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = secret.Box });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = again });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private byte[] SealText(int webhookId, string place, string text) =>
        box.Seal(Encoding.UTF8.GetBytes(text), PlaceOf(webhookId, place));

    private static SealedSecret ReadSecret(NpgsqlDataReader row) =>
        new(row.GetInt32(0), PlaceOf(row.GetInt32(0), row.GetString(1)), row.GetFieldValue<byte[]>(2));

    private static string PlaceOf(int webhookId, string place) =>
        string.Create(CultureInfo.InvariantCulture, $"webhook:{webhookId}:{place}");
}
