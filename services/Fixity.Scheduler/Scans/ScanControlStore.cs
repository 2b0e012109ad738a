using System.Diagnostics;
using Npgsql;

namespace Fixity.Scheduler.Scans;

/// <summary>Says what is wanted of an active scan; everything else of it is the scanner's.</summary>
internal sealed class ScanControlStore(NpgsqlDataSource database)
{
    /// <summary>Says it for a person. The scanner sees it within its next poll, or at once when told.</summary>
    public async Task<ScanState?> ControlAsync(long scanId, ScanControl wanted, CancellationToken cancellation)
    {
        // A cancellation stands: neither pause nor resume takes it back. What a person pauses stays so after a blackout.
        await using var command = database.CreateCommand("""
            with changed as (
                update scheduler.scans
                set control = $2, paused_by = case when $2 = 'pause' then 'person' end
                where id = $1 and status in ('queued', 'running', 'paused')
                    and ($2 is not distinct from 'cancel' or control is distinct from 'cancel')
                returning id
            )
            select s.status, s.control, c.id is not null,
                case when c.id is not null then pg_notify('fixity_scan_queued', c.id::text)::text end
            from scheduler.scans s left join changed c on c.id = s.id
            where s.id = $1
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
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? ReadState(row) : null;
    }

    private static ScanState ReadState(NpgsqlDataReader row) => new(
        row.GetString(0),
        Cancelling: !row.IsDBNull(1) && row.GetString(1) == "cancel",
        Changed: row.GetBoolean(2));
}
