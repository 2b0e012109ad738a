using Fixity.Gateway.SignIn;
using Npgsql;

namespace Fixity.Gateway.Tokens;

/// <summary>Bearer tokens: <c>gateway.api_tokens</c>. Only a token's hash is kept.</summary>
internal sealed class TokenStore(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>Begins every token, so that a leaked one is recognised where it lies.</summary>
    public const string Prefix = "fxt_";

    /// <summary>Personal tokens of one user, those that were revoked not counted.</summary>
    public const int MostOfAUser = 100;

    private const string Columns =
        "id, name, role, created_by, created_at, expires_at, last_used_at, revoked_at, user_id is not null, targets";

    private const string AddSql = $"""
        insert into gateway.api_tokens (name, role, token_hash, created_by, created_at, expires_at, user_id, targets)
        select $1, $2, $3, $4, $5, $6, $7, $8
        where $7 is null or $9 > (
            select count(*) from gateway.api_tokens where user_id = $7 and revoked_at is null)
        returning {Columns}
        """;

    private const string PageSql = $"""
        select {Columns}
        from gateway.api_tokens where id > $1 and ($3::int is null or user_id = $3) order by id limit $2
        """;

    // A write a minute says well enough whether a token is in use.
    private static readonly TimeSpan RecordUseEvery = TimeSpan.FromMinutes(1);

    /// <returns>Null when it is unknown, expired or revoked, or its user may not sign in.</returns>
    public async Task<TokenUse?> UseAsync(string token, CancellationToken cancellation)
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

        return found?.Use;
    }

    /// <param name="userId">Whose it is; null: a service token.</param>
    /// <returns>Null when the user has as many as he may.</returns>
    public async Task<(ApiTokenView View, string Token)?> AddAsync(
        ApiTokenCreateRequest request, int? userId, string createdBy, CancellationToken cancellation)
    {
        var token = Prefix + Secret.Make();
        await using var command = database.CreateCommand(AddSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = request.Name });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = request.Role.Word() });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Secret.Hash(token) });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = createdBy });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset?> { TypedValue = request.ExpiresAt?.ToUniversalTime() });
        command.Parameters.Add(new NpgsqlParameter<int?> { TypedValue = userId });
        command.Parameters.Add(new NpgsqlParameter<int[]?> { TypedValue = request.Targets?.Distinct().Order().ToArray() });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = MostOfAUser });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? (ReadToken(row), token) : null;
    }

    /// <returns>Those of the ids that are no target's.</returns>
    public async Task<int[]> MissingTargetsAsync(IReadOnlyList<int> ids, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select array(
                select unnest($1::int[]) except select id from scheduler.targets where deleted_at is null order by 1)
            """);
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. ids] });
        return (int[])(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <param name="userId">Of this user only; null: all there are.</param>
    /// <returns>Up to <paramref name="count"/> tokens after <paramref name="afterId"/>.</returns>
    public async Task<IReadOnlyList<ApiTokenView>> ListAsync(
        int? userId, int afterId, int count, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(PageSql);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = afterId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        command.Parameters.Add(new NpgsqlParameter<int?> { TypedValue = userId });
        var tokens = new List<ApiTokenView>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            tokens.Add(ReadToken(row));
        }

        return tokens;
    }

    /// <param name="userId">Only if it is this user's; null: whosever it is.</param>
    /// <returns>Its name; null when there is no such token. To revoke one twice is fine, and keeps the first time.</returns>
    public async Task<string?> RevokeAsync(int id, int? userId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            update gateway.api_tokens set revoked_at = coalesce(revoked_at, $2)
            where id = $1 and ($3::int is null or user_id = $3)
            returning name
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        command.Parameters.Add(new NpgsqlParameter<int?> { TypedValue = userId });
        return (string?)await command.ExecuteScalarAsync(cancellation);
    }

    private async Task<FoundToken?> FindAsync(string token, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select t.id, t.name, t.role, t.last_used_at, t.targets, u.username, u.role
            from gateway.api_tokens t left join gateway.users u on u.id = t.user_id
            where t.token_hash = $1 and t.revoked_at is null and (t.expires_at is null or t.expires_at > $2)
                and u.disabled_at is null
            """);
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Secret.Hash(token) });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadFound(row) : null;
    }

    // No user name has a colon: what stands before the first one tells the two kinds apart, whatever a token is called.
    private static FoundToken ReadFound(NpgsqlDataReader row)
    {
        var (name, role) = (row.GetString(1), RoleWords.Parse(row.GetString(2)));
        var targets = row.IsDBNull(4) ? null : row.GetFieldValue<int[]>(4);
        var use = row.IsDBNull(5)
            ? new TokenUse($"token:{name}", role, targets)
            : new TokenUse(
                $"{row.GetString(5)} token:{name}", Least(role, RoleWords.Parse(row.GetString(6))), targets);
        return new FoundToken(row.GetInt32(0), TimeOf(row, 3), use);
    }

    private static Role Least(Role one, Role other) => one < other ? one : other;

    private static ApiTokenView ReadToken(NpgsqlDataReader row) => new(
        row.GetInt32(0), row.GetString(1), row.GetBoolean(8) ? TokenKind.Personal : TokenKind.Service,
        RoleWords.Parse(row.GetString(2)), row.IsDBNull(9) ? null : row.GetFieldValue<int[]>(9), row.GetString(3),
        row.GetFieldValue<DateTimeOffset>(4), TimeOf(row, 5), TimeOf(row, 6), TimeOf(row, 7));

    private static DateTimeOffset? TimeOf(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    private sealed record FoundToken(int Id, DateTimeOffset? LastUsedAt, TokenUse Use);
}
