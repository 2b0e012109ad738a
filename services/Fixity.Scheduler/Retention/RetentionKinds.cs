using Fixity.Core;

namespace Fixity.Scheduler.Retention;

/// <summary>How each kind is removed: by which function, and past how much time.</summary>
internal static class RetentionKinds
{
    /// <summary>The stored word.</summary>
    public static string Word(this RetentionKind kind) => kind switch
    {
        RetentionKind.ChangeEvents => "change-events",
        RetentionKind.TargetEvents => "target-events",
        RetentionKind.Files => "files",
        RetentionKind.ScanDetails => "scan-details",
        RetentionKind.Deliveries => "deliveries",
        RetentionKind.AuditEntries => "audit-entries",
        RetentionKind.Sessions => "sessions",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind that is removed"),
    };

    public static RetentionKind Parse(string word) => Enum.GetValues<RetentionKind>().Single(kind => kind.Word() == word);

    /// <summary>Removes one batch: time, place, rows at most.</summary>
    public static string Sql(this RetentionKind kind) => kind switch
    {
        RetentionKind.ChangeEvents =>
            "select removed, bytes, next_place from scheduler.purge_change_events($1, $2, $3)",
        RetentionKind.TargetEvents =>
            "select removed, bytes, next_place from scheduler.purge_target_events($1, $2, $3)",
        RetentionKind.Files => "select removed, bytes, next_place from scheduler.purge_files($1, $2, $3)",
        RetentionKind.ScanDetails => "select removed, bytes, next_place from scheduler.purge_scan_details($1, $2, $3)",
        RetentionKind.Deliveries => "select removed, bytes, next_place from scheduler.purge_deliveries($1, $2, $3)",
        RetentionKind.AuditEntries => "select removed, bytes, next_place from scheduler.purge_audit($1, $2, $3)",
        RetentionKind.Sessions => "select removed, bytes, next_place from scheduler.purge_sessions($1, $2, $3)",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind that is removed"),
    };

    /// <summary>Days; minutes of sessions.</summary>
    public static int Time(this RetentionKind kind, SettingValues settings) => settings.Of(kind switch
    {
        RetentionKind.ScanDetails => Settings.ScanDetailsDays,
        RetentionKind.Deliveries => Settings.DeliveriesRetentionDays,
        RetentionKind.AuditEntries => Settings.AuditRetentionDays,
        RetentionKind.Sessions => Settings.SessionTimeoutMinutes,
        RetentionKind.ChangeEvents or RetentionKind.TargetEvents or RetentionKind.Files => Settings.RetentionDays,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind that is removed"),
    });
}
