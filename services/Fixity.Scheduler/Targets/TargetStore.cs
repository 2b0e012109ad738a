using Fixity.Core;
using Fixity.Data.Columns;
using Fixity.Scheduler.Schedules;
using Fixity.Scheduler.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Fixity.Scheduler.Targets;

/// <summary>Writes <c>scheduler.targets</c>, with storages as <see cref="TargetValidation"/> resolved them.</summary>
internal sealed class TargetStore(NpgsqlDataSource database, CredentialStore credentials, TimeProvider clock)
{
    private const string NameIndex = "targets_name";

    public async Task<(TargetOutcome Outcome, Target? Target)> CreateAsync(
        TargetRequest request, string? by, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            insert into scheduler.targets (
                name, type, root, enabled, schedule, time_zone, checksum_algorithm, workers, sample_percent,
                verify_within_days, batch_size, large_change_count, large_change_percent, large_change_bytes, options,
                connection, missed_runs, schedule_paused, jitter_seconds, blackouts, retention_days)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
            returning id, name, type, root, enabled, schedule, time_zone, checksum_algorithm, workers, sample_percent,
                verify_within_days, batch_size, large_change_count, large_change_percent, large_change_bytes, options,
                created_at, updated_at, connection, missed_runs, schedule_paused, jitter_seconds, blackouts, retention_days
            """);
        AddFields(command, request);
        return await WriteAsync(command, request, moved: false, by, cancellation);
    }

    /// <param name="saved">What the request was checked against: a target that changed since is left alone.</param>
    public async Task<(TargetOutcome Outcome, Target? Target)> UpdateAsync(
        SavedStorage saved, TargetRequest request, string? by, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            update scheduler.targets
            set name = $1, type = $2, root = $3, enabled = $4, schedule = $5, time_zone = $6, checksum_algorithm = $7,
                workers = $8, sample_percent = $9, verify_within_days = $10, batch_size = $11,
                large_change_count = $12, large_change_percent = $13, large_change_bytes = $14, options = $15,
                connection = $16, missed_runs = $17, schedule_paused = $18, jitter_seconds = $19, blackouts = $20,
                retention_days = $21,
                -- When others are is worked out by whoever keeps the windows.
                blackout_from = case when blackouts = $20 and time_zone = $6 then blackout_from end,
                blackout_until = case when blackouts = $20 and time_zone = $6 then blackout_until end,
                pause_from = case when blackouts = $20 and time_zone = $6 then pause_from end,
                pause_until = case when blackouts = $20 and time_zone = $6 then pause_until end,
                identity_epoch = identity_epoch + case when $23 then 1 else 0 end, updated_at = clock_timestamp()
            where id = $22 and deleted_at is null and updated_at = $24
            returning id, name, type, root, enabled, schedule, time_zone, checksum_algorithm, workers, sample_percent,
                verify_within_days, batch_size, large_change_count, large_change_percent, large_change_bytes, options,
                created_at, updated_at, connection, missed_runs, schedule_paused, jitter_seconds, blackouts, retention_days
            """);
        AddFields(command, request);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = saved.TargetId });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = request.ResetIdentity });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = saved.UpdatedAt });
        var moved = request.Type != saved.Type || request.Root != saved.Root
            || TargetConnectionColumn.Write(request.Connection!) != TargetConnectionColumn.Write(saved.Connection);
        return await WriteAsync(command, request, moved, by, cancellation);
    }

    /// <summary>The storage of a target, or null.</summary>
    public async Task<SavedStorage?> FindStorageAsync(int targetId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select t.id, t.type, t.root, t.connection, c.target_id is not null, c.reference is not null, t.updated_at
            from scheduler.targets t
            left join scheduler.target_credentials c on c.target_id = t.id
            where t.id = $1 and t.deleted_at is null
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadStorage(row) : null;
    }

    /// <summary>A target as it is, but for its credentials; or null.</summary>
    public async Task<Target?> FindAsync(int targetId, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select id, name, type, root, enabled, schedule, time_zone, checksum_algorithm, workers, sample_percent,
                verify_within_days, batch_size, large_change_count, large_change_percent, large_change_bytes, options,
                created_at, updated_at, connection, missed_runs, schedule_paused, jitter_seconds, blackouts, retention_days
            from scheduler.targets where id = $1 and deleted_at is null
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadTarget(row) : null;
    }

    /// <summary>Hides a target, unless a scan of it has begun; its files, scans and changes stay until retention.</summary>
    public async Task<TargetOutcome> DeleteAsync(int targetId, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);

        // Locked first, looked at second: a scan that is being queued holds the row shared, so the second statement's
        // snapshot has it.
        await using var lockRow = new NpgsqlCommand(
            "select from scheduler.targets where id = $1 and deleted_at is null for update", connection);
        lockRow.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
        bool known;
        await using (var row = await lockRow.ExecuteReaderAsync(cancellation))
        {
            known = row.HasRows;
        }

        if (!known)
        {
            return TargetOutcome.Unknown;
        }

        // A scan that waits goes with its target. Who claims it at this moment is waited for, or finds it unwanted.
        await using var dismiss = new NpgsqlCommand("""
            update scheduler.scans set control = 'cancel', paused_by = null
            where target_id = $1 and status = 'queued' and started_at is null
            """, connection);
        dismiss.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
        await dismiss.ExecuteNonQueryAsync(cancellation);

        await using var delete = new NpgsqlCommand("""
            update scheduler.targets
            set deleted_at = now(), updated_at = now()
            where id = $1 and not exists (
                select from scheduler.scans
                where target_id = $1 and status in ('queued', 'running', 'paused')
                    and not (status = 'queued' and started_at is null and control = 'cancel'))
            """, connection);
        delete.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
        var deleted = await delete.ExecuteNonQueryAsync(cancellation) == 1;
        if (!deleted)
        {
            return TargetOutcome.ScanActive;
        }

        await CredentialStore.DeleteAsync(connection, targetId, cancellation);
        await transaction.CommitAsync(cancellation);
        return TargetOutcome.Done;
    }

    private static void AddFields(NpgsqlCommand command, TargetRequest request)
    {
        var p = command.Parameters;
        p.Add(new NpgsqlParameter<string> { TypedValue = request.Name.Trim() });
        p.Add(new NpgsqlParameter<string> { TypedValue = request.Type.Word() });
        p.Add(new NpgsqlParameter<string> { TypedValue = request.Root! });
        p.Add(new NpgsqlParameter<bool> { TypedValue = request.Enabled });
        p.Add(new NpgsqlParameter<string?> { TypedValue = request.Schedule?.Trim() });
        p.Add(new NpgsqlParameter<string> { TypedValue = request.TimeZone });
        p.Add(new NpgsqlParameter<short> { TypedValue = (short)request.ChecksumAlgorithm });
        p.Add(new NpgsqlParameter<int?> { TypedValue = request.Workers });
        p.Add(new NpgsqlParameter<double> { TypedValue = request.SamplePercent });
        p.Add(new NpgsqlParameter<int> { TypedValue = request.VerifyWithinDays });
        p.Add(new NpgsqlParameter<int> { TypedValue = request.BatchSize });
        p.Add(new NpgsqlParameter<long?> { TypedValue = request.LargeChangeCount });
        p.Add(new NpgsqlParameter<double?> { TypedValue = request.LargeChangePercent });
        p.Add(new NpgsqlParameter<long?> { TypedValue = request.LargeChangeBytes });
        p.Add(new NpgsqlParameter<string>
        {
            TypedValue = TargetOptionsColumn.Write(request.Options ?? TargetOptions.Default),
            NpgsqlDbType = NpgsqlDbType.Jsonb,
        });
        p.Add(new NpgsqlParameter<string>
        {
            TypedValue = TargetConnectionColumn.Write(request.Connection ?? TargetConnection.None),
            NpgsqlDbType = NpgsqlDbType.Jsonb,
        });
        p.Add(new NpgsqlParameter<string> { TypedValue = request.MissedRuns.Word() });
        p.Add(new NpgsqlParameter<bool> { TypedValue = request.SchedulePaused });
        p.Add(new NpgsqlParameter<int> { TypedValue = request.JitterMinutes * 60 });
        p.Add(new NpgsqlParameter<string>
        {
            TypedValue = BlackoutsColumn.Write(request.Blackouts ?? []),
            NpgsqlDbType = NpgsqlDbType.Jsonb,
        });
        p.Add(new NpgsqlParameter<int?> { TypedValue = request.RetentionDays });
    }

    /// <summary>Target and credentials together, or neither.</summary>
    private async Task<(TargetOutcome Outcome, Target? Target)> WriteAsync(
        NpgsqlCommand command, TargetRequest request, bool moved, string? by, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        command.Connection = connection;
        var (outcome, target) = await RunAsync(command, cancellation);
        if (target is null)
        {
            return (outcome, null);
        }

        await ServerKeyStore.SetAsync(connection, target.Id, request.Type, target.Connection, cancellation);
        var held = await credentials.ApplyAsync(connection, target.Id, request.Storage, moved, by, cancellation);
        await transaction.CommitAsync(cancellation);
        return (outcome, target with { Credentials = held });
    }

    private async Task<(TargetOutcome Outcome, Target? Target)> RunAsync(
        NpgsqlCommand command, CancellationToken cancellation)
    {
        try
        {
            await using var row = await command.ExecuteReaderAsync(cancellation);
            return await row.ReadAsync(cancellation)
                ? (TargetOutcome.Done, ReadTarget(row))
                : (TargetOutcome.Unknown, null);
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: NameIndex })
        {
            return (TargetOutcome.NameTaken, null);
        }
    }

    private static SavedStorage ReadStorage(NpgsqlDataReader row) => new(
        row.GetInt32(0),
        TargetTypeWords.Read(row.GetString(1)),
        row.GetString(2),
        TargetConnectionColumn.Read(row.GetString(3)),
        row.GetBoolean(4) ? row.GetBoolean(5) ? CredentialsSource.Reference : CredentialsSource.Stored : CredentialsSource.None,
        row.GetFieldValue<DateTimeOffset>(6));

    // Column order is that of the lists above.
    private Target ReadTarget(NpgsqlDataReader row)
    {
        var enabled = row.GetBoolean(4);
        var schedule = row.IsDBNull(5) ? null : row.GetString(5);
        var timeZone = row.GetString(6);
        var paused = row.GetBoolean(20);
        return new Target(
            row.GetInt32(0),
            row.GetString(1),
            TargetTypeWords.Read(row.GetString(2)),
            row.GetString(3),
            enabled,
            schedule,
            timeZone,
            (ChecksumAlgorithm)row.GetInt16(7),
            row.GetFieldValue<int?>(8),
            row.GetDouble(9),
            row.GetInt32(10),
            row.GetInt32(11),
            row.GetFieldValue<long?>(12),
            row.GetFieldValue<double?>(13),
            row.GetFieldValue<long?>(14),
            TargetOptionsColumn.Read(row.GetString(15)),
            TargetConnectionColumn.Read(row.GetString(18)),
            TargetCredentials.None,
            MissedRunsWords.Read(row.GetString(19)),
            paused,
            row.GetInt32(21) / 60,
            BlackoutsColumn.Read(row.GetString(22)),
            row.GetFieldValue<int?>(23),
            row.GetFieldValue<DateTimeOffset>(16),
            row.GetFieldValue<DateTimeOffset>(17),
            enabled && !paused ? Schedule.NextRun(schedule, timeZone, clock.GetUtcNow()) : null);
    }
}

internal enum TargetOutcome
{
    Done,
    Unknown,
    NameTaken,
    ScanActive,
}
