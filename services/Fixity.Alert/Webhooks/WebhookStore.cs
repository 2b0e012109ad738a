using Npgsql;

namespace Fixity.Alert.Webhooks;

/// <summary>Webhooks: <c>alert.webhooks</c>, and what their deliveries say of how they fare.</summary>
internal sealed class WebhookStore(NpgsqlDataSource database, WebhookSecrets secrets)
{
    public async Task<int> CreateAsync(WebhookRequest request, string secret, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var insert = new NpgsqlCommand("""
            insert into alert.webhooks (
                name, url, enabled, event_includes, event_excludes, retry_attempts, retry_backoff_seconds,
                timeout_seconds, secret)
            values ($1, $2, $3, $4, $5, $6, $7, $8, '')
            returning id
            """, connection);
        AddSettings(insert, request);
        var id = (int)(await insert.ExecuteScalarAsync(cancellation))!;
        // After the insert: the box is bound to the id.
        await ReplaceSecretAsync(connection, id, secret, cancellation);
        await transaction.CommitAsync(cancellation);
        return id;
    }

    /// <returns>False when there is no such webhook.</returns>
    public async Task<bool> ReplaceAsync(int id, WebhookRequest request, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var update = new NpgsqlCommand("""
            update alert.webhooks
            set name = $1, url = $2, enabled = $3, event_includes = $4, event_excludes = $5, retry_attempts = $6,
                retry_backoff_seconds = $7, timeout_seconds = $8, updated_at = now()
            where id = $9
            """, connection);
        AddSettings(update, request);
        update.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        if (await update.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return false;
        }

        if (request.Secret is not null)
        {
            await ReplaceSecretAsync(connection, id, request.Secret, cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <returns>False when there is no such webhook.</returns>
    public async Task<bool> DeleteAsync(int id, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("delete from alert.webhooks where id = $1");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        return await command.ExecuteNonQueryAsync(cancellation) > 0;
    }

    /// <summary>Where and how a test is sent; null when there is no such webhook.</summary>
    public async Task<WebhookDestination?> FindDestinationAsync(int id, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "select id, name, url, secret, timeout_seconds from alert.webhooks where id = $1");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadDestination(row) : null;
    }

    private async Task ReplaceSecretAsync(
        NpgsqlConnection connection, int id, string secret, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("update alert.webhooks set secret = $2 where id = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = secrets.Seal(id, secret) });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static void AddSettings(NpgsqlCommand command, WebhookRequest request)
    {
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = request.Name.Trim() });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = request.Url });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = request.Enabled });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. request.EventIncludes ?? []] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. request.EventExcludes ?? []] });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = request.RetryAttempts });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = request.RetryBackoffSeconds });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = request.TimeoutSeconds });
    }

    private static WebhookDestination ReadDestination(NpgsqlDataReader row) => new(
        row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetFieldValue<byte[]>(3),
        TimeSpan.FromSeconds(row.GetInt32(4)));
}

/// <param name="SealedSecret">As stored; opened only to sign.</param>
internal sealed record WebhookDestination(int WebhookId, string Name, string Url, byte[] SealedSecret, TimeSpan Timeout);
