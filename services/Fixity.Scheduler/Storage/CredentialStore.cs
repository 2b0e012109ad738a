using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Fixity.Core;
using Fixity.ServiceDefaults.Secrets;
using Npgsql;

namespace Fixity.Scheduler.Storage;

/// <summary>Writes <c>scheduler.target_credentials</c>; secrets go in sealed, for the scanner alone to open.</summary>
internal sealed class CredentialStore(NpgsqlDataSource database, SecretBox box) : ISealedSecrets
{
    // What a version was once it never is again, also when the row was gone meanwhile: the scanner remembers the version
    // that a storage refused.
    private const string NextVersion = "(extract(epoch from clock_timestamp()) * 1000000)::bigint";

    private const string PutSql = $"""
        insert into scheduler.target_credentials as c (target_id, reference, sealed, who, updated_by, version)
        values ($1, $2, $3, $4, $5, {NextVersion})
        on conflict (target_id) do update
        set reference = $2, sealed = $3, who = $4, updated_by = $5, updated_at = now(),
            version = greatest(c.version + 1, excluded.version)
        """;

    private const string RenewSql = $"""
        update scheduler.target_credentials set version = greatest(version + 1, {NextVersion}) where target_id = $1
        """;

    /// <summary>Does to the target's credentials what was asked, in the transaction that saves the target.</summary>
    /// <param name="settings">As checked.</param>
    /// <param name="moved">It is another storage, or reached in another way: whoever refused them may not do so now.</param>
    public async Task<TargetCredentials> ApplyAsync(
        NpgsqlConnection connection, int targetId, StorageSettings settings, bool moved, string? by,
        CancellationToken cancellation)
    {
        switch (settings.Credentials)
        {
            case null when CredentialRules.AreTakenBy(settings.Type):
                if (moved)
                {
                    await RenewAsync(connection, targetId, cancellation);
                }

                break;
            case null or { Clear: true }:
                await DeleteAsync(connection, targetId, cancellation);
                break;
            case { Reference: not null } asked:
                await PutAsync(connection, targetId, asked.Reference, null, null, by, cancellation);
                break;
            case var asked:
                var credentials = asked.ToCredentials();
                await PutAsync(
                    connection, targetId, null, Seal(credentials, PlaceOf(targetId)), credentials.ToString(), by, cancellation);
                break;
        }

        return await ReadAsync(connection, targetId, cancellation);
    }

    public static async Task DeleteAsync(NpgsqlConnection connection, int targetId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "delete from scheduler.target_credentials where target_id = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>For another place what was stored for the target; no reference and no box where it has no credentials.</summary>
    /// <exception cref="CryptographicException">They were sealed with a key that is not here.</exception>
    public async Task<(string? Reference, byte[]? Box)> CopyAsync(
        NpgsqlConnection connection, int targetId, string place, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select reference, sealed from scheduler.target_credentials where target_id = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        if (!await row.ReadAsync(cancellation))
        {
            return (null, null);
        }

        var (reference, kept) = ReadHeld(row);
        return (reference, kept is null ? null : box.Seal(box.Open(kept, PlaceOf(targetId)), place));
    }

    public byte[] Seal(StorageCredentials credentials, string place) =>
        box.Seal(JsonSerializer.SerializeToUtf8Bytes(credentials, JsonSerializerOptions.Web), place);

    public async Task<IReadOnlyList<SealedSecret>> AllAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "select target_id, sealed from scheduler.target_credentials where sealed is not null");
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var secrets = new List<SealedSecret>();
        while (await row.ReadAsync(cancellation))
        {
            secrets.Add(ReadSecret(row));
        }

        return secrets;
    }

    // The version stays: they are the same credentials.
    public async Task ReplaceAsync(SealedSecret secret, byte[] again, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            update scheduler.target_credentials set sealed = $3 where target_id = $1 and sealed = $2
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = secret.Id });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = secret.Box });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = again });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task PutAsync(
        NpgsqlConnection connection, int targetId, string? reference, byte[]? sealedBox, string? who, string? by,
        CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(PutSql, connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = reference });
        command.Parameters.Add(new NpgsqlParameter<byte[]?> { TypedValue = sealedBox });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = who });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = by });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task RenewAsync(NpgsqlConnection connection, int targetId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(RenewSql, connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<TargetCredentials> ReadAsync(
        NpgsqlConnection connection, int targetId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select reference, who, updated_at, updated_by from scheduler.target_credentials where target_id = $1
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadCredentials(row) : TargetCredentials.None;
    }

    private static TargetCredentials ReadCredentials(NpgsqlDataReader row) => new(
        row.IsDBNull(0) ? CredentialsSource.Stored : CredentialsSource.Reference,
        row.IsDBNull(0) ? null : row.GetString(0),
        row.IsDBNull(1) ? null : row.GetString(1),
        row.GetFieldValue<DateTimeOffset>(2),
        row.IsDBNull(3) ? null : row.GetString(3));

    private static (string? Reference, byte[]? Box) ReadHeld(NpgsqlDataReader row) =>
        row.IsDBNull(0) ? (null, row.GetFieldValue<byte[]>(1)) : (row.GetString(0), null);

    private static SealedSecret ReadSecret(NpgsqlDataReader row) =>
        new(row.GetInt32(0), PlaceOf(row.GetInt32(0)), row.GetFieldValue<byte[]>(1));

    private static string PlaceOf(int targetId) =>
        string.Create(CultureInfo.InvariantCulture, $"target:{targetId}:credentials");
}
