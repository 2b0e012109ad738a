using Fixity.Gateway.SignIn;
using Npgsql;

namespace Fixity.Gateway.OpenIdConnect;

/// <summary>Answers of the provider that were taken: none is taken twice, by whichever replica.</summary>
internal sealed class SpentStates(NpgsqlDataSource database, TimeProvider clock)
{
    /// <returns>False when it was spent before.</returns>
    public async Task<bool> TrySpendAsync(string state, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var command = database.CreateCommand("""
            with swept as (
                delete from gateway.spent_states where expires_at <= $2
            )
            insert into gateway.spent_states (state_hash, expires_at) values ($1, $3) on conflict do nothing
            """);
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Secret.Hash(state) });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now + SignInAttempt.Lifetime });
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }
}
