using Fixity.Gateway.SignIn;
using Fixity.Gateway.Users;
using Npgsql;

namespace Fixity.Gateway.OpenIdConnect;

/// <summary>Users whom the provider knows: made at their first sign-in, brought up to date at each.</summary>
/// <remarks>
/// Who somebody is, is the provider's identifier and never a name: with a name alone, whoever may choose one at the provider
/// would become somebody else here. Their role is the provider's to give, so the last administrator may lose it too.
/// </remarks>
internal sealed class ProviderUserStore(NpgsqlDataSource database, TimeProvider clock)
{
    /// <exception cref="ProviderSignInException">The name is somebody else's, or the account is switched off.</exception>
    public async Task<ProviderUser> SignInAsync(
        string issuer, string subject, string username, Role role, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await UserStore.BeginAloneAsync(connection, cancellation);
        var known = await FindAsync(connection, issuer, subject, cancellation);
        if (known is { Disabled: true })
        {
            throw new ProviderSignInException(SignInFailure.Disabled, $"The account of {known.Username} is switched off.");
        }

        var user = known is null
            ? await AddAsync(connection, issuer, subject, username, role, cancellation)
            : await UpdateAsync(connection, known, username, role, cancellation);
        await transaction.CommitAsync(cancellation);
        return user ?? throw new ProviderSignInException(
            SignInFailure.NameTaken, $"Subject {subject} calls itself {username}, who is another user.");
    }

    private static async Task<Found?> FindAsync(
        NpgsqlConnection connection, string issuer, string subject, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select id, username, role, disabled_at is not null from gateway.users where issuer = $1 and subject = $2
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = issuer });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = subject });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation)
            ? new Found(row.GetInt32(0), row.GetString(1), RoleWords.Parse(row.GetString(2)), row.GetBoolean(3))
            : null;
    }

    private async Task<ProviderUser?> AddAsync(
        NpgsqlConnection connection, string issuer, string subject, string username, Role role,
        CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            insert into gateway.users (username, issuer, subject, role, created_at, last_login_at)
            values ($1, $2, $3, $4, $5, $5)
            on conflict (lower(username)) do nothing
            returning id
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = username });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = issuer });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = subject });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = role.Word() });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        return await command.ExecuteScalarAsync(cancellation) is int id
            ? new ProviderUser(id, username, role, null)
            : null;
    }

    private async Task<ProviderUser> UpdateAsync(
        NpgsqlConnection connection, Found known, string username, Role role, CancellationToken cancellation)
    {
        // A name that somebody else has meanwhile does not keep anybody out who was here before.
        await using var command = new NpgsqlCommand("""
            with ended as (
                delete from gateway.sessions s using gateway.users u
                where u.id = $1 and s.user_id = u.id and u.role <> $3
            )
            update gateway.users
            set role = $3, last_login_at = $4, username = case
                when exists (select from gateway.users o where lower(o.username) = lower($2) and o.id <> $1) then username
                else $2 end
            where id = $1
            returning username
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = known.Id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = username });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = role.Word() });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        var name = (string)(await command.ExecuteScalarAsync(cancellation))!;
        return new ProviderUser(known.Id, name, role, known.Role);
    }

    private sealed record Found(int Id, string Username, Role Role, bool Disabled);
}

/// <param name="Before">The role until now; null: the user was just made.</param>
internal sealed record ProviderUser(int Id, string Username, Role Role, Role? Before);
