using Fixity.Core;
using Fixity.Scanner.Scans;
using Fixity.Scanning;
using Npgsql;

namespace Fixity.Scanner.Baselines;

/// <summary>Applies what a batch found to the baseline, list by list, and writes the events that are certain already.</summary>
/// <remarks>
/// Each statement says which state it expects of the rows and writes an event for those alone that it changed: a
/// person may accept a file while it is being scanned.
/// </remarks>
internal sealed class BatchEffects(NpgsqlConnection connection, SegmentClaim claim)
{
    public long Modified { get; private set; }

    public long Corrupted { get; private set; }

    public long Restored { get; private set; }

    public long Errors { get; private set; }

    /// <summary>Files that may turn out to be added; 0 on a first scan, which reports none.</summary>
    public int Appearances { get; private set; }

    /// <summary>Events written.</summary>
    public long Events { get; private set; }

    public async Task ApplyAsync(ScanBatch batch, CancellationToken cancellation)
    {
        await CountAsync(batch, cancellation);
        await RecordAppearedAsync(AppearedRow.AllOf(batch), cancellation);
        await ModifyAsync(batch.Modified, cancellation);
        await RefreshAsync(batch.Refreshed, cancellation);
        await VerifyAsync(batch.Verified, cancellation);
        await CorruptAsync(batch.Corrupted, cancellation);
        await RestoreAsync(batch.Restored, cancellation);
        await MarkUnreadableAsync([.. batch.Unreadable.Where(u => u.Id is not null && !u.WasDeleted)], cancellation);
        await RecordDisappearedAsync(batch.Disappeared, cancellation);
        Errors = await FaultStatements.RecordAsync(connection, claim, batch, cancellation);
        Events += Modified + Corrupted + Restored;
    }

    // Before the files: locks are taken in one order everywhere.
    private async Task CountAsync(ScanBatch batch, CancellationToken cancellation)
    {
        var appeared = AppearedRow.AllOf(batch);
        var bytes = appeared.Sum(f => f.Metadata.SizeBytes)
            + batch.Modified.Sum(f => f.New.SizeBytes - f.Old.SizeBytes)
            + batch.Refreshed.Sum(f => f.Metadata.SizeBytes - f.Old.SizeBytes);
        if (appeared.Count == 0 && bytes == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand("""
            update scanner.target_states
            set files_present = files_present + $2, bytes_present = bytes_present + $3
            where target_id = $1
            """, connection);
        command.With(claim.Target.Id).With((long)appeared.Count).With(bytes);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    // New files, and deleted rows whose path returned: these keep their id and history.
    private async Task RecordAppearedAsync(List<AppearedRow> files, CancellationToken cancellation)
    {
        if (files.Count == 0)
        {
            return;
        }

        Appearances = claim.IsBaseline ? 0 : files.Count;
        await using var command = new NpgsqlCommand("""
            with input as (
                select * from unnest($4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::integer[],
                    $10::bigint[], $11::bigint[], $12::smallint[], $13::bytea[])
                    as i (path, size, mtime_ns, ctime_ns, file_id, mode, uid, gid, algorithm, checksum)
            ), recorded as (
                insert into scanner.files as f (target_id, path, size, mtime_ns, ctime_ns, file_id, mode, uid, gid,
                    algorithm, checksum, state, first_scan_id, verified_at)
                select $1, path, size, mtime_ns, ctime_ns, file_id, mode, uid, gid, algorithm, checksum,
                    case when checksum is null then 4 else 1 end, $2, case when checksum is null then null else now() end
                from input
                on conflict (target_id, path) do update
                set size = excluded.size, mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns,
                    file_id = excluded.file_id, mode = excluded.mode, uid = excluded.uid, gid = excluded.gid,
                    algorithm = excluded.algorithm, checksum = excluded.checksum, state = excluded.state,
                    state_since = now(), verified_at = excluded.verified_at, observed_checksum = null
                where f.state = 2
                returning f.id
            )
            insert into scanner.scan_candidates (scan_id, file_id, kind)
            select $2, id, 'appeared' from recorded where not $3
            """, connection);
        command.With(claim.Target.Id).With(claim.ScanId).With(claim.IsBaseline)
            .With(files.Select(f => f.Path.ToString()).ToArray());
        FileColumns.Of(files, f => f.Metadata).AddTo(command);
        command.With(files.Select(f => (short?)f.Algorithm).ToArray()).With(files.Select(f => f.Checksum).ToArray());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task ModifyAsync(List<ModifiedFile> files, CancellationToken cancellation)
    {
        if (files.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand("""
            with input as (
                select * from unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::integer[],
                    $9::bigint[], $10::bigint[], $11::smallint[], $12::bytea[], $13::bigint[], $14::bigint[], $15::bytea[])
                    as i (id, size, mtime_ns, ctime_ns, inode, mode, uid, gid, algorithm, checksum, old_size,
                        old_mtime_ns, old_checksum)
            ), changed as (
                update scanner.files f
                set size = i.size, mtime_ns = i.mtime_ns, ctime_ns = i.ctime_ns, file_id = i.inode, mode = i.mode,
                    uid = i.uid, gid = i.gid, algorithm = i.algorithm, checksum = i.checksum, verified_at = now(),
                    observed_checksum = null, state = 1,
                    state_since = case when f.state = 1 then f.state_since else now() end
                from input i
                where f.id = i.id and f.target_id = $1 and f.state <> 2
                returning f.id, f.path
            )
            insert into scanner.change_events (scan_id, target_id, file_id, path, type, old_size, new_size,
                old_mtime_ns, new_mtime_ns, algorithm, old_checksum, new_checksum)
            select $2, $1, id, c.path, 'modified', i.old_size, i.size, i.old_mtime_ns, i.mtime_ns, i.algorithm,
                i.old_checksum, i.checksum
            from input i join changed c using (id)
            order by c.path
            """, connection);
        command.With(claim.Target.Id).With(claim.ScanId).With(files.Select(f => f.Id).ToArray());
        FileColumns.Of(files, f => f.New).AddTo(command);
        command.With(files.Select(f => (short)f.NewAlgorithm).ToArray())
            .With(files.Select(f => f.NewChecksum.ToArray()).ToArray())
            .With(files.Select(f => f.Old.SizeBytes).ToArray())
            .With(files.Select(f => f.Old.MtimeNs).ToArray())
            // An event names one algorithm: a checksum of another is not shown as if it were comparable.
            .With(files.Select(f => f.OldAlgorithm == f.NewAlgorithm ? f.OldChecksum.ToArray() : null).ToArray());
        Modified = await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task RefreshAsync(List<RefreshedFile> files, CancellationToken cancellation)
    {
        if (files.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand("""
            with input as (
                select * from unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::integer[],
                    $9::bigint[], $10::bigint[], $11::smallint[], $12::bytea[], $13::boolean[], $14::boolean[],
                    $15::bigint[], $16::bigint[])
                    as i (id, size, mtime_ns, ctime_ns, inode, mode, uid, gid, algorithm, checksum, was_read,
                        is_attributes, old_size, old_mtime_ns)
            ), changed as (
                update scanner.files f
                set size = i.size, mtime_ns = i.mtime_ns, ctime_ns = i.ctime_ns, file_id = i.inode, mode = i.mode,
                    uid = i.uid, gid = i.gid,
                    algorithm = case when i.was_read then i.algorithm else f.algorithm end,
                    checksum = case when i.was_read then i.checksum else f.checksum end,
                    verified_at = case when i.was_read then now() else f.verified_at end,
                    state = case when i.was_read then 1 else f.state end,
                    state_since = case when i.was_read and f.state <> 1 then now() else f.state_since end
                from input i
                where f.id = i.id and f.target_id = $1 and f.state in (1, 4)
                returning f.id, f.path
            )
            insert into scanner.change_events (scan_id, target_id, file_id, path, type, old_size, new_size,
                old_mtime_ns, new_mtime_ns)
            select $2, $1, id, c.path, 'attributes', i.old_size, i.size, i.old_mtime_ns, i.mtime_ns
            from input i join changed c using (id)
            where i.is_attributes
            order by c.path
            """, connection);
        command.With(claim.Target.Id).With(claim.ScanId).With(files.Select(f => f.Id).ToArray());
        FileColumns.Of(files, f => f.Metadata).AddTo(command);
        command.With(files.Select(f => (short?)f.Algorithm).ToArray())
            .With(files.Select(f => f.Algorithm is null ? null : f.Checksum.ToArray()).ToArray())
            .With(files.Select(f => f.ContentWasRead).ToArray())
            .With(files.Select(f => f.Kind.HasFlag(RefreshKind.Attributes)).ToArray())
            .With(files.Select(f => f.Old.SizeBytes).ToArray())
            .With(files.Select(f => f.Old.MtimeNs).ToArray());
        Events += await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task VerifyAsync(List<VerifiedFile> files, CancellationToken cancellation)
    {
        if (files.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand("""
            update scanner.files
            set verified_at = now(), state = 1, state_since = case when state = 1 then state_since else now() end
            where target_id = $1 and id = any ($2) and state in (1, 4)
            """, connection);
        command.With(claim.Target.Id).With(files.Select(f => f.Id).ToArray());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task CorruptAsync(List<CorruptedFile> files, CancellationToken cancellation)
    {
        if (files.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand("""
            with input as (
                select * from unnest($3::bigint[], $4::smallint[], $5::bytea[], $6::bytea[])
                    as i (id, algorithm, expected, actual)
            ), changed as (
                update scanner.files f
                set state = 3, observed_checksum = i.actual,
                    state_since = case when f.state = 3 then f.state_since else now() end
                from input i
                where f.id = i.id and f.target_id = $1 and f.state <> 2 and f.checksum = i.expected
                returning f.id, f.path, f.size, f.mtime_ns
            )
            insert into scanner.change_events (scan_id, target_id, file_id, path, type, old_size, new_size,
                old_mtime_ns, new_mtime_ns, algorithm, old_checksum, new_checksum)
            select $2, $1, id, c.path, 'corrupted', c.size, c.size, c.mtime_ns, c.mtime_ns, i.algorithm, i.expected,
                i.actual
            from input i join changed c using (id)
            order by c.path
            """, connection);
        command.With(claim.Target.Id).With(claim.ScanId).With(files.Select(f => f.Id).ToArray())
            .With(files.Select(f => (short)f.Algorithm).ToArray())
            .With(files.Select(f => f.Expected.ToArray()).ToArray())
            .With(files.Select(f => f.Actual.ToArray()).ToArray());
        Corrupted = await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task RestoreAsync(List<RestoredFile> files, CancellationToken cancellation)
    {
        if (files.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand("""
            with input as (
                select * from unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::integer[],
                    $9::bigint[], $10::bigint[], $11::smallint[], $12::bytea[], $13::bytea[])
                    as i (id, size, mtime_ns, ctime_ns, inode, mode, uid, gid, algorithm, checksum, was)
            ), before as (
                select f.id, f.size, f.mtime_ns from scanner.files f join input i on i.id = f.id
            ), changed as (
                update scanner.files f
                set size = i.size, mtime_ns = i.mtime_ns, ctime_ns = i.ctime_ns, file_id = i.inode, mode = i.mode,
                    uid = i.uid, gid = i.gid, algorithm = i.algorithm, checksum = i.checksum, verified_at = now(),
                    observed_checksum = null, state = 1, state_since = now()
                from input i
                where f.id = i.id and f.target_id = $1 and f.state = 3
                returning f.id, f.path
            )
            insert into scanner.change_events (scan_id, target_id, file_id, path, type, old_size, new_size,
                old_mtime_ns, new_mtime_ns, algorithm, old_checksum, new_checksum)
            select $2, $1, id, c.path, 'restored', b.size, i.size, b.mtime_ns, i.mtime_ns, i.algorithm, i.was, i.checksum
            from input i join changed c using (id) join before b using (id)
            order by c.path
            """, connection);
        command.With(claim.Target.Id).With(claim.ScanId).With(files.Select(f => f.Id).ToArray());
        FileColumns.Of(files, f => f.Metadata).AddTo(command);
        command.With(files.Select(f => (short)f.Algorithm).ToArray())
            .With(files.Select(f => f.Checksum.ToArray()).ToArray())
            .With(files.Select(f => f.Was.IsEmpty || f.OldAlgorithm != f.Algorithm ? null : f.Was.ToArray()).ToArray());
        Restored = await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task MarkUnreadableAsync(List<UnreadableFile> files, CancellationToken cancellation)
    {
        if (files.Count == 0)
        {
            return;
        }

        // A corrupted one stays corrupted: that it cannot be read now does not make it better.
        await using var command = new NpgsqlCommand("""
            update scanner.files set state = 4, state_since = now()
            where target_id = $1 and id = any ($2) and state = 1
            """, connection);
        command.With(claim.Target.Id).With(files.Select(f => f.Id!.Value).ToArray());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    // The rows stay as they are until the scan closes: some will turn out to have moved.
    private async Task RecordDisappearedAsync(List<DisappearedFile> files, CancellationToken cancellation)
    {
        if (files.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand("""
            insert into scanner.scan_candidates (scan_id, file_id, kind)
            select $1, id, 'disappeared' from unnest($2::bigint[]) as i (id)
            on conflict do nothing
            """, connection);
        command.With(claim.ScanId).With(files.Select(f => f.Id).ToArray());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>A file that has no live row yet, read or not.</summary>
    private sealed record AppearedRow(
        FilePath Path, FileMetadata Metadata, ChecksumAlgorithm? Algorithm, byte[]? Checksum)
    {
        public static List<AppearedRow> AllOf(ScanBatch batch) =>
        [
            .. batch.Appeared.Select(f => new AppearedRow(f.Path, f.Metadata, f.Algorithm, f.Checksum.ToArray())),
            .. batch.Unreadable.Where(u => (u.Id is null || u.WasDeleted) && u.Metadata is not null)
                .Select(u => new AppearedRow(u.Path, u.Metadata!.Value, null, null)),
        ];
    }
}
