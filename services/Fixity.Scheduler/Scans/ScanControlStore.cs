using System.Diagnostics;
using Npgsql;

namespace Fixity.Scheduler.Scans;

/// <summary>Says what is wanted of an active scan; everything else of it is the scanner's.</summary>
internal sealed class ScanControlStore(NpgsqlDataSource database)
{
    /// <summary>Says it for a person. The scanner sees it within its next poll, or at once when told.</summary>
    /// <param name="within">Of these targets only; null: of any.</param>
    public async Task<ScanState?> ControlAsync(
        long scanId, ScanControl wanted, int[]? within, CancellationToken cancellation)
    {
        // A cancellation stands: neither pause nor resume takes it back. What a person pauses stays so after a blackout;
        // what a blackout holds, no person lets go.
        await using var command = database.CreateCommand("""
            with held as (
                select s.id, case when $2::text is null and s.control = 'pause'
                    and t.pause_from <= now() and now() < t.pause_until then t.pause_until end as until
                from scheduler.scans s join scheduler.targets t on t.id = s.target_id
                where s.id = $1 and ($3::int[] is null or s.target_id = any ($3))
            ), changed as (
                update scheduler.scans s
                set control = $2, paused_by = case when $2 = 'pause' then 'person' end
                from held
                where s.id = held.id and held.until is null and s.status in ('queued', 'running', 'paused')
                    and ($2 is not distinct from 'cancel' or s.control is distinct from 'cancel')
                returning s.id
            )
            select s.status, s.control, c.id is not null, held.until,
                case when c.id is not null then pg_notify('fixity_scan_queued', c.id::text)::text end
            from scheduler.scans s join held on held.id = s.id left join changed c on c.id = s.id
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = scanId });
        command.Parameters.Add(new NpgsqlParameter<string?>
        {
            TypedValue = wanted switch
            {
                ScanControl.Pause => "pause",
                ScanControl.Cancel => "cancel",
                ScanControl.Resume => null,
                _ => throw new UnreachableException($"{wanted}"),
            },
        });
        command.Parameters.Add(new NpgsqlParameter<int[]?> { TypedValue = within });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadState(row) : null;
    }

    private static ScanState ReadState(NpgsqlDataReader row) => new(
        row.GetString(0),
        Cancelling: !row.IsDBNull(1) && row.GetString(1) == "cancel",
        Changed: row.GetBoolean(2),
        row.GetFieldValue<DateTimeOffset?>(3));
}
