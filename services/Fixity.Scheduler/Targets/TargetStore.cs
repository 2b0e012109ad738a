using Fixity.Core;
using Fixity.Data.Columns;
using Fixity.Scheduler.Schedules;
using Npgsql;
using NpgsqlTypes;

namespace Fixity.Scheduler.Targets;

/// <summary>Writes <c>scheduler.targets</c>, with roots as <see cref="TargetValidation"/> resolved them.</summary>
internal sealed class TargetStore(NpgsqlDataSource database, TimeProvider clock)
{
    private const string NameIndex = "targets_name";

    public async Task<(TargetOutcome Outcome, Target? Target)> CreateAsync(
        TargetRequest request, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            insert into scheduler.targets (
                name, type, root, enabled, schedule, time_zone, checksum_algorithm, workers, sample_percent,
                verify_within_days, batch_size, large_change_count, large_change_percent, large_change_bytes, options)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            returning id, name, type, root, enabled, schedule, time_zone, checksum_algorithm, workers, sample_percent,
                verify_within_days, batch_size, large_change_count, large_change_percent, large_change_bytes, options,
                created_at, updated_at
            """);
        AddFields(command, request);
        return await WriteAsync(command, cancellation);
    }

    public async Task<(TargetOutcome Outcome, Target? Target)> UpdateAsync(
        int targetId, TargetRequest request, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            update scheduler.targets
            set name = $1, type = $2, root = $3, enabled = $4, schedule = $5, time_zone = $6, checksum_algorithm = $7,
                workers = $8, sample_percent = $9, verify_within_days = $10, batch_size = $11,
                large_change_count = $12, large_change_percent = $13, large_change_bytes = $14, options = $15,
                identity_epoch = identity_epoch + case when $17 then 1 else 0 end, updated_at = now()
            where id = $16 and deleted_at is null
            returning id, name, type, root, enabled, schedule, time_zone, checksum_algorithm, workers, sample_percent,
                verify_within_days, batch_size, large_change_count, large_change_percent, large_change_bytes, options,
                created_at, updated_at
            """);
        AddFields(command, request);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = request.ResetIdentity });
        return await WriteAsync(command, cancellation);
    }

    /// <summary>Hides a target; its files, scans and changes stay readable until retention.</summary>
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

        await using var delete = new NpgsqlCommand("""
            update scheduler.targets
            set deleted_at = now(), updated_at = now()
            where id = $1 and not exists (
                select from scheduler.scans where target_id = $1 and status in ('queued', 'running', 'paused'))
            """, connection);
        delete.Parameters.Add(new NpgsqlParameter<int> { TypedValue = targetId });
        var deleted = await delete.ExecuteNonQueryAsync(cancellation) == 1;
        await transaction.CommitAsync(cancellation);
        return deleted ? TargetOutcome.Done : TargetOutcome.ScanActive;
    }

    private static void AddFields(NpgsqlCommand command, TargetRequest request)
    {
        var p = command.Parameters;
        p.Add(new NpgsqlParameter<string> { TypedValue = request.Name.Trim() });
        p.Add(new NpgsqlParameter<string> { TypedValue = NameOf(request.Type) });
        p.Add(new NpgsqlParameter<string> { TypedValue = request.Root });
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
    }

    private async Task<(TargetOutcome Outcome, Target? Target)> WriteAsync(
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

    // Column order is that of the RETURNING lists above.
    private Target ReadTarget(NpgsqlDataReader row)
    {
        var enabled = row.GetBoolean(4);
        var schedule = row.IsDBNull(5) ? null : row.GetString(5);
        var timeZone = row.GetString(6);
        return new Target(
            row.GetInt32(0),
            row.GetString(1),
            Enum.Parse<TargetType>(row.GetString(2), ignoreCase: true),
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
            row.GetFieldValue<DateTimeOffset>(16),
            row.GetFieldValue<DateTimeOffset>(17),
            enabled ? CronSchedule.NextRun(schedule, timeZone, clock.GetUtcNow()) : null);
    }

    private static string NameOf(TargetType type) => type switch
    {
        TargetType.Local => "local",
        TargetType.Nfs => "nfs",
        TargetType.Smb => "smb",
        TargetType.S3 => "s3",
        TargetType.Docker => "docker",
        TargetType.Agent => "agent",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a stored type"),
    };
}

internal enum TargetOutcome
{
    Done,
    Unknown,
    NameTaken,
    ScanActive,
}
