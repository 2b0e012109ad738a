using Fixity.Gateway.SignIn;
using Npgsql;

namespace Fixity.Gateway.Users;

/// <summary>Users: <c>gateway.users</c>. There is always one enabled administrator, once there has been one.</summary>
internal sealed class UserStore(NpgsqlDataSource database, TimeProvider clock)
{
    public async Task<bool> AnyAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("select exists (select from gateway.users)");
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    public async Task<Credentials?> FindCredentialsAsync(string username, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select id, username, password_hash, role, disabled_at is not null
            from gateway.users where lower(username) = lower($1)
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = username });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadCredentials(row) : null;
    }

    /// <summary>Makes the first user, an administrator.</summary>
    /// <returns>Null when there is a user already, also when somebody else made one at this very moment.</returns>
    public async Task<int?> AddFirstAsync(string username, string passwordHash, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await BeginAloneAsync(connection, cancellation);
        await using var command = new NpgsqlCommand("""
            insert into gateway.users (username, password_hash, role, created_at)
            select $1, $2, 'admin', $3 where not exists (select from gateway.users)
            returning id
            """, connection, transaction);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = username });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = passwordHash });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        var id = (int?)await command.ExecuteScalarAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return id;
    }

    /// <returns>Null when the name is taken, in whatever letters.</returns>
    public async Task<UserView?> AddAsync(
        string username, string passwordHash, Role role, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            insert into gateway.users (username, password_hash, role, created_at) values ($1, $2, $3, $4)
            on conflict (lower(username)) do nothing
            returning id, username, role, created_at, last_login_at, disabled_at is not null, subject is not null
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = username });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = passwordHash });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = role.Word() });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadUser(row) : null;
    }

    public async Task<UserView?> FindAsync(int id, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select id, username, role, created_at, last_login_at, disabled_at is not null, subject is not null
            from gateway.users where id = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadUser(row) : null;
    }

    /// <returns>Up to <paramref name="count"/> users after <paramref name="afterId"/>.</returns>
    public async Task<IReadOnlyList<UserView>> ListAsync(int afterId, int count, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select id, username, role, created_at, last_login_at, disabled_at is not null, subject is not null
            from gateway.users where id > $1 order by id limit $2
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = afterId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        var users = new List<UserView>();
        await using var row = await command.ExecuteReaderAsync(cancellation);
        while (await row.ReadAsync(cancellation))
        {
            users.Add(ReadUser(row));
        }

        return users;
    }

    /// <param name="passwordHash">Null: stays as it is.</param>
    public async Task<(UserOutcome Outcome, UserView? User)> UpdateAsync(
        int id, Role role, bool disabled, string? passwordHash, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await BeginAloneAsync(connection, cancellation);
        if ((role != Role.Admin || disabled) && await IsLastAdminAsync(connection, transaction, id, cancellation))
        {
            return (UserOutcome.LastAdmin, null);
        }

        // Sessions end when the person may no longer be who signed in, and when what was signed in for is another thing
        // now. The tokens of somebody who is shut out do not come back with him.
        await using var command = new NpgsqlCommand("""
            with ended as (
                delete from gateway.sessions s using gateway.users u
                where u.id = $1 and s.user_id = u.id and ($3 or $4::text is not null or u.role <> $2)
            ), revoked as (
                update gateway.api_tokens set revoked_at = $5 where user_id = $1 and $3 and revoked_at is null
            )
            update gateway.users
            set role = $2, password_hash = coalesce($4, password_hash),
                disabled_at = case when $3 then coalesce(disabled_at, $5) end
            where id = $1
            returning id, username, role, created_at, last_login_at, disabled_at is not null, subject is not null
            """, connection, transaction);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = role.Word() });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = disabled });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = passwordHash });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        UserView? user = null;
        await using (var row = await command.ExecuteReaderAsync(cancellation))
        {
            user = await row.ReadAsync(cancellation) ? ReadUser(row) : null;
        }

        await transaction.CommitAsync(cancellation);
        return (user is null ? UserOutcome.NotFound : UserOutcome.Done, user);
    }

    public async Task<(UserOutcome Outcome, string? Username)> RemoveAsync(int id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await BeginAloneAsync(connection, cancellation);
        if (await IsLastAdminAsync(connection, transaction, id, cancellation))
        {
            return (UserOutcome.LastAdmin, null);
        }

        await using var command = new NpgsqlCommand(
            "delete from gateway.users where id = $1 returning username", connection, transaction);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        var username = (string?)await command.ExecuteScalarAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return (username is null ? UserOutcome.NotFound : UserOutcome.Done, username);
    }

    public async Task RecordSignInAsync(int id, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("update gateway.users set last_login_at = $2 where id = $1");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The same password at another cost; not when the password was changed meanwhile.</summary>
    public async Task RehashAsync(int id, string oldHash, string newHash, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            update gateway.users set password_hash = $3 where id = $1 and password_hash = $2
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = oldHash });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = newHash });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Ends every session of the user but the one that asked, which goes on under a new token.</summary>
    public async Task ChangePasswordAsync(
        int id, string passwordHash, byte[] sessionHash, byte[] freshSessionHash, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            with ended as (
                delete from gateway.sessions where user_id = $1 and token_hash <> $3
            ), rotated as (
                update gateway.sessions set token_hash = $4 where user_id = $1 and token_hash = $3
            )
            update gateway.users set password_hash = $2 where id = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = passwordHash });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = sessionHash });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = freshSessionHash });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    // Rules about all users together (the first, the last administrator) hold only when one change is made at a time.
    internal static async Task<NpgsqlTransaction> BeginAloneAsync(
        NpgsqlConnection connection, CancellationToken cancellation)
    {
        var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var command = new NpgsqlCommand(
            "lock table gateway.users in share row exclusive mode", connection, transaction);
        await command.ExecuteNonQueryAsync(cancellation);
        return transaction;
    }

    private static async Task<bool> IsLastAdminAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, int id, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            select coalesce(array_agg(id) = array[$1], false)
            from gateway.users where role = 'admin' and disabled_at is null
            """, connection, transaction);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = id });
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static UserView ReadUser(NpgsqlDataReader row) => new(
        row.GetInt32(0), row.GetString(1), RoleWords.Parse(row.GetString(2)), row.GetFieldValue<DateTimeOffset>(3),
        row.IsDBNull(4) ? null : row.GetFieldValue<DateTimeOffset>(4), row.GetBoolean(5),
        row.GetBoolean(6));

    private static Credentials ReadCredentials(NpgsqlDataReader row) => new(
        row.GetInt32(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2), RoleWords.Parse(row.GetString(3)),
        row.GetBoolean(4));
}

internal enum UserOutcome
{
    Done,
    NotFound,
    LastAdmin,
}
