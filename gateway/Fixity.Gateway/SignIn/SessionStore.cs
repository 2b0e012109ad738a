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

    // A session that is under way when this is changed lives by the new time from then on.
    private TimeSpan Idle => TimeSpan.FromMinutes(settings.Current.Of(Settings.SessionTimeoutMinutes));

    /// <returns>The token for the cookie, shown here once.</returns>
    public async Task<(string Token, string CsrfToken)> BeginAsync(
        int userId, string? address, CancellationToken cancellation)
    {
        var (token, csrf, now) = (Secret.Make(), Secret.Make(), clock.GetUtcNow());
        await using var command = database.CreateCommand("""
            with swept as (
                delete from gateway.sessions where expires_at <= $4 or last_seen_at <= $6
            )
            insert into gateway.sessions (token_hash, user_id, csrf_token, created_at, last_seen_at, expires_at, address)
            values ($1, $2, $3, $4, $4, $5, $7)
            """);
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Secret.Hash(token) });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = userId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = csrf });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now + options.Value.SessionLifetime });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now - Idle });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = address });
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

    private async Task<(Session Session, DateTimeOffset Seen)?> ReadAsync(
        byte[] hash, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select u.id, u.username, u.role, s.csrf_token, s.last_seen_at
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
        new Session(row.GetInt32(0), row.GetString(1), RoleWords.Parse(row.GetString(2)), row.GetString(3)),
        row.GetFieldValue<DateTimeOffset>(4));
}

/// <summary>A session that is good now, and whose it is.</summary>
internal sealed record Session(int UserId, string Username, Role Role, string CsrfToken);
