using Fixity.Core;
using Fixity.Data;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Fixity.Gateway.SignIn;

/// <summary>Sessions: <c>gateway.sessions</c>. The token itself is known to the browser alone.</summary>
internal sealed class SessionStore(
    NpgsqlDataSource database, TimeProvider clock, IOptions<GatewayOptions> options, SettingsReader settings)
{
    // A write a minute tells idle from busy well enough.
    private static readonly TimeSpan TouchEvery = TimeSpan.FromMinutes(1);

    private const int LongestUserAgent = 300;

    // A session that is under way when this is changed lives by the new time from then on.
    private TimeSpan Idle => TimeSpan.FromMinutes(settings.Current.Of(Settings.SessionTimeoutMinutes));

    /// <returns>The token for the cookie, shown here once.</returns>
    public async Task<(string Token, string CsrfToken)> BeginAsync(
        int userId, string? address, string userAgent, CancellationToken cancellation)
    {
        var (token, csrf, now) = (Secret.Make(), Secret.Make(), clock.GetUtcNow());
        await using var command = database.CreateCommand("""
            with swept as (
                delete from gateway.sessions where expires_at <= $4 or last_seen_at <= $6
            )
            insert into gateway.sessions
                (token_hash, user_id, csrf_token, created_at, last_seen_at, expires_at, address, user_agent)
            values ($1, $2, $3, $4, $4, $5, $7, nullif($8, ''))
            """);
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Secret.Hash(token) });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = userId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = csrf });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now + options.Value.SessionLifetime });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now - Idle });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = address });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Clean(userAgent) });
        await command.ExecuteNonQueryAsync(cancellation);
        return (token, csrf);
    }

    /// <returns>Null for a token that is unknown or ended, or whose user is disabled.</returns>
    public async Task<Session?> FindAsync(string token, CancellationToken cancellation)
    {
        var (hash, now) = (Secret.Hash(token), clock.GetUtcNow());
        var found = await ReadAsync(hash, now, cancellation);
        if (found is { } live && now - live.Seen >= TouchEvery)
        {
            await using var touch = database.CreateCommand("""
                update gateway.sessions set last_seen_at = $2 where token_hash = $1
                """);
            touch.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = hash });
            touch.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
            await touch.ExecuteNonQueryAsync(cancellation);
        }

        return found?.Session;
    }

    public async Task EndAsync(string token, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("delete from gateway.sessions where token_hash = $1");
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Secret.Hash(token) });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The user's that are good now, the latest used first.</summary>
    /// <param name="own">The one that asks.</param>
    public async Task<IReadOnlyList<SessionEntry>> ListAsync(int userId, string own, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var command = database.CreateCommand("""
            select id, created_at, last_seen_at, expires_at, address, user_agent, token_hash = $4
            from gateway.sessions where user_id = $1 and expires_at > $2 and last_seen_at > $3
            order by last_seen_at desc, id desc
            limit 200
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = userId });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now - Idle });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Secret.Hash(own) });
        var sessions = new List<SessionEntry>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            sessions.Add(ReadEntry(row));
        }

        return sessions;
    }

    /// <param name="id">Null: every one of the user's.</param>
    /// <param name="own">The one that asks; it stays unless it was named.</param>
    /// <returns>How many ended.</returns>
    public async Task<int> EndOfUserAsync(int userId, long? id, string own, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            delete from gateway.sessions where user_id = $1 and (id = $2 or ($2 is null and token_hash <> $3))
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = userId });
        command.Parameters.Add(new NpgsqlParameter<long?> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Secret.Hash(own) });
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<(Session Session, DateTimeOffset Seen)?> ReadAsync(
        byte[] hash, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select u.id, u.username, u.role, s.csrf_token, s.last_seen_at, u.subject is not null
            from gateway.sessions s join gateway.users u on u.id = s.user_id
            where s.token_hash = $1 and s.expires_at > $2 and s.last_seen_at > $3 and u.disabled_at is null
            """);
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = hash });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now - Idle });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadSession(row) : null;
    }

    private static (Session, DateTimeOffset) ReadSession(NpgsqlDataReader row) => (
        new Session(row.GetInt32(0), row.GetString(1), RoleWords.Parse(row.GetString(2)), row.GetString(3), row.GetBoolean(5)),
        row.GetFieldValue<DateTimeOffset>(4));

    private static SessionEntry ReadEntry(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1), row.GetFieldValue<DateTimeOffset>(2),
        row.GetFieldValue<DateTimeOffset>(3), row.IsDBNull(4) ? null : row.GetString(4),
        row.IsDBNull(5) ? null : row.GetString(5), row.GetBoolean(6));

    // What a client says of itself: for people to tell their browsers apart, and nothing is decided by it.
    private static string Clean(string userAgent)
    {
        var text = string.Concat(userAgent.Where(c => c is >= ' ' and <= '~'));
        return text.Length <= LongestUserAgent ? text : text[..LongestUserAgent];
    }
}

/// <summary>A session that is good now, and whose it is.</summary>
/// <param name="IsExternal">The user signs in through the identity provider and has no password here.</param>
internal sealed record Session(int UserId, string Username, Role Role, string CsrfToken, bool IsExternal);
