using Fixity.Data;
using Fixity.Scheduler.Scans;
using Fixity.Scheduler.Schedules;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Fixity.Scheduler.Targets;

/// <summary>Makes the folder of <c>Scheduler:Watch</c> a target and queues its first scan; once, however often it is asked.</summary>
internal sealed class WatchedFolder(
    IOptions<SchedulerOptions> options, AllowedRoots roots, NpgsqlDataSource database, ScanStore scans,
    ScheduleSignal schedules, SettingsReader settings, ILogger<WatchedFolder> logger)
{
    private const int MaxNameLength = 100;

    // "watch" in ASCII: any number will do that nobody else takes.
    private const long LockKey = 0x7761746368;

    private bool _done;

    public async Task EnsureAsync(CancellationToken cancellation)
    {
        if (_done || options.Value.Watch is not { Length: > 0 } configured)
        {
            return;
        }

        if (roots.Refuse(configured, out var root) is { } refusal)
        {
            logger.WatchRefused(configured, refusal);
            return;
        }

        if (await CreateAsync(root, cancellation) is { } targetId)
        {
            logger.WatchCreated(targetId, root);
            schedules.Changed();
        }

        await QueueFirstScanAsync(root, cancellation);
        _done = true;
    }

    /// <returns>Null when the root has a target already.</returns>
    private async Task<int?> CreateAsync(string root, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Replicas start together: the second one finds the target of the first.
        await using (var wait = new NpgsqlCommand("select pg_advisory_xact_lock($1)", connection))
        {
            wait.Parameters.Add(new NpgsqlParameter<long> { TypedValue = LockKey });
            await wait.ExecuteNonQueryAsync(cancellation);
        }

        await using var insert = new NpgsqlCommand("""
            insert into scheduler.targets (
                name, type, root, schedule, time_zone, checksum_algorithm, sample_percent, verify_within_days,
                large_change_count, large_change_percent, large_change_bytes)
            select case when exists (select from scheduler.targets where lower(name) = lower($2) and deleted_at is null)
                        then left($2, 80) || ' ' || to_char(now() at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')
                        else $2 end,
                   'local', $1, $3, $4, $5, $6, $7, $8, $9, $10
            where not exists (select from scheduler.targets where root = $1 and deleted_at is null)
            returning id
            """, connection);
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = root });
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = NameOf(root) });
        var defaults = new TargetRequest(root, TargetType.Local).Filled(settings.Current);
        insert.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = defaults.Schedule });
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = defaults.TimeZone });
        insert.Parameters.Add(new NpgsqlParameter<short> { TypedValue = (short)defaults.ChecksumAlgorithm });
        insert.Parameters.Add(new NpgsqlParameter<double> { TypedValue = defaults.SamplePercent });
        insert.Parameters.Add(new NpgsqlParameter<int> { TypedValue = defaults.VerifyWithinDays });
        insert.Parameters.Add(new NpgsqlParameter<long?> { TypedValue = defaults.LargeChangeCount });
        insert.Parameters.Add(new NpgsqlParameter<double?> { TypedValue = defaults.LargeChangePercent });
        insert.Parameters.Add(new NpgsqlParameter<long?> { TypedValue = defaults.LargeChangeBytes });
        var created = await insert.ExecuteScalarAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return created as int?;
    }

    /// <summary>A step of its own, so that a process which died between the two is made up for.</summary>
    private async Task QueueFirstScanAsync(string root, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select id from scheduler.targets t
            where root = $1 and deleted_at is null and not exists (select from scheduler.scans where target_id = t.id)
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = root });
        if (await command.ExecuteScalarAsync(cancellation) is int targetId)
        {
            await scans.EnqueueAsync(new ScanOrder(targetId, ScanTrigger.First), cancellation);
        }
    }

    private static string NameOf(string root)
    {
        var name = Path.GetFileName(root);
        return name.Length switch
        {
            0 => root,
            > MaxNameLength => name[..MaxNameLength],
            _ => name,
        };
    }
}
