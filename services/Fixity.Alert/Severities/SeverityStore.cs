using Fixity.Alert.Webhooks;
using Fixity.Core;
using Npgsql;

namespace Fixity.Alert.Severities;

/// <summary>The targets' own severities: <c>alert.severities</c>.</summary>
internal sealed class SeverityStore(NpgsqlDataSource database)
{
    public async Task<SeverityList> ListAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            "select target_id, event, severity from alert.severities order by target_id, event");
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var targets = new SortedDictionary<int, Dictionary<string, Severity>>();
        while (await row.ReadAsync(cancellation))
        {
            var target = row.GetInt32(0);
            if (!targets.TryGetValue(target, out var severities))
            {
                targets.Add(target, severities = []);
            }

            severities.Add(row.GetString(1), WebhookWords.Parse<Severity>(row.GetString(2)));
        }

        return new SeverityList(
            EventSeverities.All, [.. targets.Select(target => new TargetSeverities(target.Key, target.Value))]);
    }

    /// <summary>Changes what is named, and leaves the rest as it is; null: as everywhere.</summary>
    /// <returns>What the target said and what it says now; null when there is no such target.</returns>
    public async Task<(TargetSeverities Before, TargetSeverities After)?> ChangeAsync(
        int targetId, IReadOnlyDictionary<string, Severity?> severities, string by, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var find = new NpgsqlCommand(
            "select exists (select from scheduler.targets where id = $1 and deleted_at is null)", connection))
        {
            find.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
            if (await find.ExecuteScalarAsync(cancellation) is not true)
            {
                return null;
            }
        }

        var before = await FindAsync(connection, targetId, cancellation);
        await using (var forget = new NpgsqlCommand(
            "delete from alert.severities where target_id = $1 and event = any($2)", connection))
        {
            forget.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
            forget.Parameters.Add(new NpgsqlParameter<string[]>
            {
                TypedValue = [.. severities.Where(rule => rule.Value is null).Select(rule => rule.Key)],
            });
            await forget.ExecuteNonQueryAsync(cancellation);
        }

        var said = severities.Where(rule => rule.Value is not null).ToList();
        await using (var say = new NpgsqlCommand("""
            insert into alert.severities (target_id, event, severity, updated_by)
            select $1, r.event, r.severity, $4 from unnest($2, $3) r (event, severity)
            on conflict (target_id, event) do update
                set severity = excluded.severity, updated_by = excluded.updated_by, updated_at = now()
            """, connection))
        {
            say.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
            say.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. said.Select(rule => rule.Key)] });
            say.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. said.Select(rule => rule.Value!.Value.Word())] });
            say.Parameters.Add(new NpgsqlParameter<string> { TypedValue = by });
            await say.ExecuteNonQueryAsync(cancellation);
        }

        var after = await FindAsync(connection, targetId, cancellation);
        await transaction.CommitAsync(cancellation);
        return (before, after);
    }

    /// <summary>What targets say, for those who judge their events.</summary>
    public static async Task<SeverityRules> ReadAsync(
        NpgsqlConnection connection, int[] targetIds, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select target_id, event, severity from alert.severities where target_id = any($1)", connection);
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = targetIds });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var rules = new Dictionary<(int, string), Severity>();
        while (await row.ReadAsync(cancellation))
        {
            rules.Add((row.GetInt32(0), row.GetString(1)), WebhookWords.Parse<Severity>(row.GetString(2)));
        }

        return new SeverityRules(rules);
    }

    private static async Task<TargetSeverities> FindAsync(
        NpgsqlConnection connection, int targetId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select event, severity from alert.severities where target_id = $1 order by event", connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var severities = new Dictionary<string, Severity>();
        while (await row.ReadAsync(cancellation))
        {
            severities.Add(row.GetString(0), WebhookWords.Parse<Severity>(row.GetString(1)));
        }

        return new TargetSeverities(targetId, severities);
    }
}
