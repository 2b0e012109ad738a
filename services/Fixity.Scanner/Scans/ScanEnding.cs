using Fixity.Core;
using Fixity.Scanner.Baselines;
using Npgsql;

namespace Fixity.Scanner.Scans;

/// <param name="Failure">Set when the status is failed, or partial because the scan broke off.</param>
internal sealed record ScanEnd(
    long ScanId, int TargetId, ScanStatus Status, ScanFailure? Failure, ClosingTotals Totals, LargeChange? LargeChange);

/// <summary>Writes the end of a scan: its row, the state of its target, the events about them as a whole.</summary>
internal static class ScanEnding
{
    private const string ScanSql = """
        update scheduler.scans
        set status = $2, reason = $3, message = $4, ended_at = now(), updated_at = now(), current_path = null,
            started_at = coalesce(started_at, now()),
            files_added = $5, files_deleted = $6, files_moved = $7, large_change = $8, large_change_reason = $9,
            files_corrupted = files_corrupted + $10, files_tampered = files_tampered + $11
        where id = $1
        """;

    // Ranges that this scan listed are known again; those that it could not list carry its id.
    private const string TargetSql = """
        with known as (
            delete from scanner.unknown_ranges where target_id = $1 and scan_id <> $2
        )
        update scanner.target_states
        set last_complete_scan = case when $3 = 'completed' then $2 else last_complete_scan end,
            state = case when $3 = 'completed' then 'online' else 'degraded' end,
            state_since = case
                when state = case when $3 = 'completed' then 'online' else 'degraded' end then state_since
                else now() end,
            state_reason = case when $3 = 'completed' then null else 'scan_partial' end
        where target_id = $1
        """;

    // Another reason for being offline is no news; another one for being degraded is.
    private const string BrokenSql = """
        insert into scanner.target_states as t (target_id, state, state_reason) values ($1, $2, $3)
        on conflict (target_id) do update set state = $2, state_reason = $3,
            state_since = case when t.state = $2 then t.state_since else now() end
        where t.state <> $2 or ($2 = 'degraded' and t.state_reason is distinct from $3)
        """;

    private const string EventSql = """
        insert into scanner.target_events (target_id, scan_id, type, details)
        select s.target_id, s.id, $2, jsonb_build_object(
            'status', s.status, 'reason', s.reason, 'message', s.message, 'trigger', s.trigger, 'mode', s.mode,
            'resumedFrom', s.resumed_from,
            'isBaseline', s.is_baseline, 'startedAt', s.started_at, 'endedAt', s.ended_at,
            'filesBefore', s.files_before, 'filesSeen', s.files_seen, 'filesAdded', s.files_added,
            'filesDeleted', s.files_deleted, 'filesModified', s.files_modified, 'filesMoved', s.files_moved,
            'filesCorrupted', s.files_corrupted, 'filesTampered', s.files_tampered,
            'filesRestored', s.files_restored, 'filesExcluded', s.files_excluded, 'filesVerified', s.files_verified,
            'filesUnreadable', s.files_unreadable, 'filesUnknown', s.files_unknown, 'errorsCount', s.errors_count,
            'largeChangeReason', s.large_change_reason, 'measured', $3::double precision)
        from scheduler.scans s where s.id = $1
        """;

    private const string NotifySql = """
        select pg_notify('fixity_progress',
                json_build_object('kind', 'scan', 'scanId', $1, 'targetId', $2)::text)::text,
            pg_notify('fixity_progress', json_build_object('kind', 'target', 'targetId', $2)::text)::text,
            case when $3 > 0 then pg_notify('fixity_progress', json_build_object(
                'kind', 'change', 'scanId', $1, 'targetId', $2, 'count', $3)::text)::text end,
            pg_notify('fixity_events', '')::text
        """;

    public static async Task WriteAsync(NpgsqlConnection connection, ScanEnd end, CancellationToken cancellation)
    {
        await WriteScanAsync(connection, end, cancellation);
        var isNews = await WriteTargetAsync(connection, end, cancellation);
        if (end.LargeChange is { } large)
        {
            await AddEventAsync(connection, end, "large_change.detected", large.Measured, cancellation);
        }

        // A target that stays out of reach, or hangs, is said once, not with every scan that fails for it.
        if (end.Status is not ScanStatus.Cancelled && isNews)
        {
            await AddEventAsync(connection, end, $"scan.{end.Status.Name()}", null, cancellation);
        }

        if (end.Failure is { IsOffline: true } && isNews)
        {
            await AddEventAsync(connection, end, "target.offline", null, cancellation);
        }

        await using var notify = new NpgsqlCommand(NotifySql, connection);
        notify.With(end.ScanId).With(end.TargetId).With(end.Totals.Events);
        await notify.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task WriteScanAsync(NpgsqlConnection connection, ScanEnd end, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(ScanSql, connection);
        command.With(end.ScanId).With(end.Status.Name()).With(ReasonOf(end)).With(end.Failure?.Message)
            .With(end.Totals.Added).With(end.Totals.Deleted).With(end.Totals.Moved)
            .With(end.LargeChange is not null).With(end.LargeChange?.ReasonName)
            .With(end.Totals.Corrupted).With(end.Totals.Tampered);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static string? ReasonOf(ScanEnd end) => end.Status switch
    {
        ScanStatus.Failed => end.Failure?.Reason,
        ScanStatus.Partial => end.Failure?.Reason ?? "unknown_files",
        ScanStatus.Cancelled => "cancelled",
        _ => null,
    };

    /// <returns>Whether there is something to tell of the scan: not for one more that broke on what is known already.</returns>
    private static async Task<bool> WriteTargetAsync(
        NpgsqlConnection connection, ScanEnd end, CancellationToken cancellation)
    {
        if (end.Failure is { TargetState: { } state } failure)
        {
            await using var broken = new NpgsqlCommand(BrokenSql, connection);
            broken.With(end.TargetId).With(state).With(failure.Reason);
            return await broken.ExecuteNonQueryAsync(cancellation) > 0;
        }

        if (end.Failure is null && end.Status is ScanStatus.Completed or ScanStatus.Partial)
        {
            await using var target = new NpgsqlCommand(TargetSql, connection);
            target.With(end.TargetId).With(end.ScanId).With(end.Status.Name());
            await target.ExecuteNonQueryAsync(cancellation);
            await CrossedMounts.ForgetAsync(connection, end.ScanId, end.TargetId, cancellation);
        }

        return true;
    }

    private static async Task AddEventAsync(
        NpgsqlConnection connection, ScanEnd end, string type, double? measured, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(EventSql, connection);
        command.With(end.ScanId).With(type).With(measured);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
