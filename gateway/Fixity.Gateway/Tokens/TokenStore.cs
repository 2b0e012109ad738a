using Fixity.Gateway.SignIn;
using Npgsql;

namespace Fixity.Gateway.Tokens;

/// <summary>Bearer tokens: <c>gateway.api_tokens</c>. Only a token's hash is kept.</summary>
internal sealed class TokenStore(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>Begins every token, so that a leaked one is recognised where it lies.</summary>
    public const string Prefix = "fxt_";

    // A write a minute says well enough whether a token is in use.
    private static readonly TimeSpan RecordUseEvery = TimeSpan.FromMinutes(1);

    /// <returns>Whose it is; null when it is unknown, expired or revoked.</returns>
    public async Task<(string Name, Role Role)?> UseAsync(string token, CancellationToken cancellation)
    {
        if (!token.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var now = clock.GetUtcNow();
        var found = await FindAsync(token, now, cancellation);
        if (found is { } use && (use.LastUsedAt is null || now - use.LastUsedAt >= RecordUseEvery))
        {
            await using var command = database.CreateCommand("update gateway.api_tokens set last_used_at = $2 where id = $1");
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = use.Id });
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
            await command.ExecuteNonQueryAsync(cancellation);
        }

        return found is { } known ? (known.Name, known.Role) : null;
    }

    public async Task<(ApiTokenView View, string Token)> AddAsync(
        string name, Role role, DateTimeOffset? expiresAt, string createdBy, CancellationToken cancellation)
    {
        var token = Prefix + Secret.Make();
        await using var command = database.CreateCommand("""
            insert into gateway.api_tokens (name, role, token_hash, created_by, created_at, expires_at)
            values ($1, $2, $3, $4, $5, $6)
            returning id, name, role, created_by, created_at, expires_at, last_used_at, revoked_at
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = role.Word() });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Secret.Hash(token) });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = createdBy });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset?> { TypedValue = expiresAt?.ToUniversalTime() });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return (ReadToken(row), token);
    }

    /// <returns>Up to <paramref name="count"/> tokens after <paramref name="afterId"/>.</returns>
    public async Task<IReadOnlyList<ApiTokenView>> ListAsync(int afterId, int count, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select id, name, role, created_by, created_at, expires_at, last_used_at, revoked_at
            from gateway.api_tokens where id > $1 order by id limit $2
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = afterId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        var tokens = new List<ApiTokenView>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            tokens.Add(ReadToken(row));
        }

        return tokens;
    }

    /// <returns>Its name; null when there is no such token. To revoke one twice is fine, and keeps the first time.</returns>
    public async Task<string?> RevokeAsync(int id, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            update gateway.api_tokens set revoked_at = coalesce(revoked_at, $2) where id = $1 returning name
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        return (string?)await command.ExecuteScalarAsync(cancellation);
    }

    private async Task<TokenUse?> FindAsync(string token, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select id, name, role, last_used_at from gateway.api_tokens
            where token_hash = $1 and revoked_at is null and (expires_at is null or expires_at > $2)
            """);
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Secret.Hash(token) });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadUse(row) : null;
    }

    private static TokenUse ReadUse(NpgsqlDataReader row) => new(
        row.GetInt32(0), row.GetString(1), RoleWords.Parse(row.GetString(2)), TimeOf(row, 3));

    private static ApiTokenView ReadToken(NpgsqlDataReader row) => new(
        row.GetInt32(0), row.GetString(1), RoleWords.Parse(row.GetString(2)), row.GetString(3),
        row.GetFieldValue<DateTimeOffset>(4), TimeOf(row, 5), TimeOf(row, 6), TimeOf(row, 7));

    private static DateTimeOffset? TimeOf(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    private sealed record TokenUse(int Id, string Name, Role Role, DateTimeOffset? LastUsedAt);
}
