using Fixity.Core;
using Fixity.Data;
using Npgsql;

namespace Fixity.Scheduler.Scans;

/// <summary>Queues a scan of every enabled target at once, with a pause between two such wishes.</summary>
internal sealed class ScanNowStore(NpgsqlDataSource database, ScanStore scans, SettingsReader settings)
{
    private const string ScanNow = "scan-now";

    private TimeSpan Cooldown => TimeSpan.FromSeconds(settings.Current.Of(Settings.ScanNowCooldownSeconds));

    /// <summary>Queues all, unless that was done a moment ago.</summary>
    /// <returns>The scans, or how long to wait.</returns>
    public async Task<(IReadOnlyList<long> ScanIds, TimeSpan? Wait)> EnqueueAllAsync(
        string requestedBy, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        // The cooldown and the scans are one transaction: what fails half-way has not used up the pause.
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await TakeCooldownAsync(connection, cancellation) is { } wait)
        {
            return ([], wait);
        }

        var queued = new List<long>();
        foreach (var targetId in await ReadEnabledAsync(connection, cancellation))
        {
            var order = new ScanOrder(targetId, ScanTrigger.Manual) { RequestedBy = requestedBy };
            if ((await scans.EnqueueAsync(connection, order, cancellation)).ScanId is { } scanId)
            {
                queued.Add(scanId);
            }
        }

        await transaction.CommitAsync(cancellation);
        return (queued, null);
    }

    private async Task<TimeSpan?> TakeCooldownAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            with taken as (
                insert into scheduler.cooldowns as c (name, until) values ($1, now() + $2)
                on conflict (name) do update set until = excluded.until where c.until <= now()
                returning until
            )
            select (select until from scheduler.cooldowns where name = $1) - now()
            where not exists (select from taken)
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = ScanNow });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = Cooldown });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadWait(row) : null;
    }

    private static async Task<List<int>> ReadEnabledAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select id from scheduler.targets where enabled and deleted_at is null order by id", connection);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var targets = new List<int>();
        while (await row.ReadAsync(cancellation))
        {
            targets.Add(row.GetInt32(0));
        }

        return targets;
    }

    // The cooldown of a transaction that committed in between cannot be seen yet: then all of it.
    private TimeSpan ReadWait(NpgsqlDataReader row) =>
        row.IsDBNull(0) || row.GetTimeSpan(0) < TimeSpan.FromSeconds(1) ? Cooldown : row.GetTimeSpan(0);
}
