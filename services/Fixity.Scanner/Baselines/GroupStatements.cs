using Fixity.Core;
using Fixity.Scanner.Scans;
using Fixity.Scanning;
using Npgsql;

namespace Fixity.Scanner.Baselines;

/// <summary>Keeps the group digests of big files with their baseline: new content brings new ones, or loses the old.</summary>
internal static class GroupStatements
{
    private const string KeepSql = """
        insert into scanner.file_groups (file_id, groups)
        select id, groups from unnest($1::bigint[], $2::bytea[]) as i (id, groups)
        on conflict (file_id) do update set groups = excluded.groups
        """;

    // By path: their rows were made a moment ago.
    private const string KeepNewSql = """
        insert into scanner.file_groups (file_id, groups)
        select f.id, i.groups
        from unnest($2::text[], $3::bytea[]) as i (path, groups)
        join scanner.files f on f.target_id = $1 and f.path = i.path
        on conflict (file_id) do update set groups = excluded.groups
        """;

    private const string DropSql = """
        delete from scanner.file_groups where file_id = any ($1)
        """;

    private const string KeepObservedSql = """
        insert into scanner.observed_groups (file_id, checksum, groups)
        select id, checksum, groups from unnest($1::bigint[], $2::bytea[], $3::bytea[]) as i (id, checksum, groups)
        on conflict (file_id) do update set checksum = excluded.checksum, groups = excluded.groups
        """;

    private const string DropObservedSql = """
        delete from scanner.observed_groups where file_id = any ($1)
        """;

    public static void AddTo(NpgsqlBatch statements, SegmentClaim claim, ScanBatch batch)
    {
        List<(long Id, ReadOnlyMemory<byte> Groups)> kept =
        [
            .. batch.Modified.Where(f => !f.Groups.IsEmpty).Select(f => (f.Id, f.Groups)),
            .. batch.Refreshed.Where(f => !f.Groups.IsEmpty && f.ContentWasRead).Select(f => (f.Id, f.Groups)),
            .. batch.Verified.Where(f => !f.Groups.IsEmpty).Select(f => (f.Id, f.Groups)),
            .. batch.Restored.Where(f => !f.Groups.IsEmpty).Select(f => (f.Id, f.Groups)),
        ];
        if (kept.Count > 0)
        {
            statements.BatchCommands.Add(new NpgsqlBatchCommand(KeepSql)
                .With(kept.ConvertAll(f => f.Id).ToArray()).With(kept.ConvertAll(f => f.Groups.ToArray()).ToArray()));
        }

        var appeared = batch.Appeared.FindAll(f => !f.Groups.IsEmpty);
        if (appeared.Count > 0)
        {
            statements.BatchCommands.Add(new NpgsqlBatchCommand(KeepNewSql).With(claim.Target.Id)
                .With(appeared.ConvertAll(f => f.Path.ToString()).ToArray())
                .With(appeared.ConvertAll(f => f.Groups.ToArray()).ToArray()));
        }

        long[] dropped =
        [
            .. batch.Modified.Where(f => f.Groups.IsEmpty).Select(f => f.Id),
            .. batch.Refreshed.Where(f => f.Groups.IsEmpty && f.Kind.HasFlag(RefreshKind.FirstRead)).Select(f => f.Id),
            .. batch.Appeared.Where(f => f.Groups.IsEmpty && f.Id is not null).Select(f => f.Id.GetValueOrDefault()),
        ];
        if (dropped.Length > 0)
        {
            statements.BatchCommands.Add(new NpgsqlBatchCommand(DropSql).With(dropped));
        }

        AddObservedTo(statements, batch);
    }

    // What a damaged file holds, and no longer does once it is edited or restored.
    private static void AddObservedTo(NpgsqlBatch statements, ScanBatch batch)
    {
        var observed = batch.Corrupted.FindAll(f => !f.Groups.IsEmpty);
        if (observed.Count > 0)
        {
            statements.BatchCommands.Add(new NpgsqlBatchCommand(KeepObservedSql)
                .With(observed.ConvertAll(f => f.Id).ToArray())
                .With(observed.ConvertAll(f => f.Actual.ToArray()).ToArray())
                .With(observed.ConvertAll(f => f.Groups.ToArray()).ToArray()));
        }

        long[] dropped =
        [
            .. batch.Modified.Where(f => f.Old.SizeBytes > TargetOptions.DamageMapFromBytes).Select(f => f.Id),
            .. batch.Restored.Where(f => f.Metadata.SizeBytes > TargetOptions.DamageMapFromBytes).Select(f => f.Id),
        ];
        if (dropped.Length > 0)
        {
            statements.BatchCommands.Add(new NpgsqlBatchCommand(DropObservedSql).With(dropped));
        }
    }
}
