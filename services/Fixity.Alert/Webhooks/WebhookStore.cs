using Npgsql;
using NpgsqlTypes;

namespace Fixity.Alert.Webhooks;

/// <summary>Webhooks: <c>alert.webhooks</c>.</summary>
internal sealed class WebhookStore(NpgsqlDataSource database, WebhookSecrets secrets)
{
    public async Task<int> CreateAsync(WebhookRequest request, string secret, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var insert = new NpgsqlCommand("""
            insert into alert.webhooks (
                name, url, enabled, event_includes, event_excludes, retry_attempts, retry_backoff_seconds,
                timeout_seconds, channel, format, template, mode, min_severity, target_ids, paths, mail, user_name, secret)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, '')
            returning id
            """, connection);
        AddSettings(insert, request);
        var id = (int)(await insert.ExecuteScalarAsync(cancellation))!;
        // After the insert: the boxes are bound to the id.
        await SealAsync(connection, id, request with { Secret = secret }, cancellation);
        await WebhookNews.TellAsync(connection, id, cancellation);
        await transaction.CommitAsync(cancellation);
        return id;
    }

    /// <returns>False when there is no such webhook.</returns>
    public async Task<bool> ReplaceAsync(int id, WebhookRequest request, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Enabled again by a person, it is no longer disabled by the service.
        await using var update = new NpgsqlCommand("""
            update alert.webhooks
            set name = $1, url = $2, enabled = $3, event_includes = $4, event_excludes = $5, retry_attempts = $6,
                retry_backoff_seconds = $7, timeout_seconds = $8, channel = $9, format = $10, template = $11, mode = $12,
                min_severity = $13, target_ids = $14, paths = $15, mail = $16, user_name = $17, updated_at = now(),
                disabled_at = case when $3 then null else disabled_at end,
                disabled_reason = case when $3 then null else disabled_reason end
            where id = $18
            """, connection);
        AddSettings(update, request);
        update.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        if (await update.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return false;
        }

        await SealAsync(connection, id, request, cancellation);
        await WebhookNews.TellAsync(connection, id, cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <returns>False when there is no such webhook.</returns>
    public async Task<bool> DeleteAsync(int id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var command = new NpgsqlCommand("delete from alert.webhooks where id = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        if (await command.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return false;
        }

        await WebhookNews.TellAsync(connection, id, cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>Where and how a test is sent; null when there is no such webhook.</summary>
    public async Task<WebhookDestination?> FindDestinationAsync(int id, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select id, name, url, secret, timeout_seconds, channel, format, template, sealed_headers, mail::text, user_name,
                sealed_password
            from alert.webhooks where id = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? WebhookDestination.Read(row, 0) : null;
    }

    private async Task SealAsync(
        NpgsqlConnection connection, int id, WebhookRequest request, CancellationToken cancellation)
    {
        var headers = await HeadersAsync(connection, id, request, cancellation);
        await using var command = new NpgsqlCommand("""
            update alert.webhooks
            set secret = coalesce($2, secret), header_names = $3, sealed_headers = $4,
                sealed_password = case when user_name is null then null else coalesce($5, sealed_password) end
            where id = $1
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<byte[]?>
        {
            TypedValue = request.Secret is { } secret ? secrets.Seal(id, secret) : null,
        });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. headers.Keys] });
        command.Parameters.Add(new NpgsqlParameter<byte[]?> { TypedValue = secrets.SealHeaders(id, headers) });
        command.Parameters.Add(new NpgsqlParameter<byte[]?>
        {
            TypedValue = request.Mail?.Password is { } password ? secrets.SealPassword(id, password) : null,
        });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<IReadOnlyDictionary<string, string>> HeadersAsync(
        NpgsqlConnection connection, int id, WebhookRequest request, CancellationToken cancellation)
    {
        if (request.Channel != WebhookChannel.Http)
        {
            return new Dictionary<string, string>();
        }

        if (request.Headers is { } given && !given.Values.Contains(null))
        {
            return given.ToDictionary(header => header.Key, header => header.Value!);
        }

        await using var command = new NpgsqlCommand("select sealed_headers from alert.webhooks where id = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        var saved = secrets.OpenHeaders(id, await command.ExecuteScalarAsync(cancellation) as byte[]);
        return request.Headers?.ToDictionary(header => header.Key, header => header.Value ?? saved[header.Key]) ?? saved;
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
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = request.Channel.Word() });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = request.FormatOrDefault.Word() });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = request.Template });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = request.Mode.Word() });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = request.MinSeverity.Word() });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. (request.Targets ?? []).Distinct()] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. request.Paths ?? []] });
        command.Parameters.Add(new NpgsqlParameter<string?>
        {
            TypedValue = MailColumn.Write(request),
            NpgsqlDbType = NpgsqlDbType.Jsonb,
        });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = request.Mail?.UserName });
    }
}
