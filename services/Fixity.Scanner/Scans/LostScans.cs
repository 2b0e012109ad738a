using Npgsql;

namespace Fixity.Scanner.Scans;

/// <summary>Lets scans go on whose scanners all died: each as a new scan that begins where the old one stopped, with
/// everything that was found out until then.</summary>
/// <remarks>While another scanner still works on the scan, it is not lost: that one's free places take the segment over.</remarks>
internal sealed class LostScans(NpgsqlDataSource database, ScanMetrics metrics, ILogger<LostScans> logger)
{
    /// <summary>Of a scan <c>s</c>: leases of it have run out, and none holds.</summary>
    public const string IsLost = """
        exists (
            select from scheduler.scan_segments held where held.scan_id = s.id and held.status = 'running'
            having bool_and(held.lease_until < now()))
        """;

    private const string FindSql = $"""
        select s.id
        from scheduler.scans s join scheduler.targets t on t.id = s.target_id
        where s.status = 'running' and s.control is null and t.deleted_at is null and {IsLost}
        order by s.id
        """;

    private const string ResumeSql = "select resumed_as, leases_lost from scheduler.resume_scan($1)";

    // What the old one met stays to be seen there too; all else is of use to the new one alone.
    private static readonly string[] CarrySql =
    [
        "update scanner.scan_candidates set scan_id = $2 where scan_id = $1",
        "update scanner.unknown_ranges set scan_id = $2 where scan_id = $1",
        """
        with plan as (
            delete from scanner.scan_verifications where scan_id = $1
            returning due_until, due_hash, files_due, coalesce(seed, scan_id) as seed
        )
        insert into scanner.scan_verifications (scan_id, due_until, due_hash, files_due, seed)
        select $2, due_until, due_hash, files_due, seed from plan
        """,
        """
        insert into scanner.scan_errors (scan_id, path, kind, message, occurred_at)
        select $2, path, kind, message, occurred_at from scanner.scan_errors where scan_id = $1 order by id
        """,
    ];

    private const string NotifySql = """
        select pg_notify('fixity_scan_queued', $2::text)::text,
            pg_notify('fixity_progress',
                json_build_object('kind', 'scan', 'scanId', s.id, 'targetId', s.target_id)::text)::text
        from scheduler.scans s where s.id in ($1, $2)
        """;

    public async Task<List<long>> FindAsync(CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(FindSql);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var lost = new List<long>();
        while (await row.ReadAsync(cancellation))
        {
            lost.Add(row.GetInt64(0));
        }

        return lost;
    }

    /// <returns>False: it is not lost after all, or another scanner has it in hand.</returns>
    public async Task<bool> TryResumeAsync(long scanId, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await ResumeAsync(connection, scanId, cancellation) is not var (resumedAs, leasesLost))
        {
            return false;
        }

        await using var carry = new NpgsqlBatch(connection) { Timeout = 0 }; // As long as a million candidates take.
        foreach (var sql in (IEnumerable<string>)[.. CarrySql, NotifySql])
        {
            carry.BatchCommands.Add(new NpgsqlBatchCommand(sql).With(scanId).With(resumedAs));
        }

        await carry.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        metrics.LeasesTakenOver(leasesLost);
        logger.ScanResumed(scanId, resumedAs);
        return true;
    }

    private static async Task<(long ResumedAs, int LeasesLost)?> ResumeAsync(
        NpgsqlConnection connection, long scanId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(ResumeSql, connection);
        command.With(scanId);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return Read(row);

        static (long, int)? Read(NpgsqlDataReader row) => row.IsDBNull(0) ? null : (row.GetInt64(0), row.GetInt32(1));
    }
}
