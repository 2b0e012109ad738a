using Fixity.Core;
using Fixity.Scanner.Scans;
using Fixity.Scanning;
using Npgsql;

namespace Fixity.Scanner.Baselines;

/// <summary>Keeps which file systems below the root a target's baseline was taken of, in
/// <c>scanner.crossed_mounts</c>.</summary>
internal static class CrossedMounts
{
    // What is known stays: a mount over files is only remembered to be taken when a person says so.
    private const string KeepSql = """
        insert into scanner.crossed_mounts as m (target_id, path, identity, identity_epoch)
        select distinct on (path) $1, path, identity, $2
        from unnest($3::text[], $4::text[]) as i (path, identity)
        on conflict (target_id, path) do update
        set identity = excluded.identity, identity_epoch = excluded.identity_epoch, recorded_at = now()
        where m.identity_epoch < excluded.identity_epoch
        """;

    // '0' is the byte after '/': everything below 'dir/' sorts before 'dir0'.
    private const string MayBeMountedSql = """
        select coalesce(
            (select m.identity_epoch < $3 or m.identity is not distinct from $4
                from scanner.crossed_mounts m where m.target_id = $1 and m.path = $2),
            not exists (
                select from scanner.files f
                where f.target_id = $1 and f.path >= $2 and f.path < $5 and f.state not in (2, 6)))
        """;

    // Whoever said that the storage is new has had their answer where this scan looked.
    private const string ForgetSql = """
        delete from scanner.crossed_mounts m
        using scanner.target_states t
        where m.target_id = $1 and t.target_id = $1 and m.identity_epoch < t.identity_epoch
            and not exists (
                select from scanner.unknown_ranges u
                where u.target_id = $1 and u.scan_id = $2 and starts_with(m.path, u.prefix))
        """;

    /// <summary>Those that the scan is held to.</summary>
    public static async Task<List<RecordedMount>> ReadAsync(
        NpgsqlDataSource database, SegmentClaim claim, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select path, identity from scanner.crossed_mounts where target_id = $1 and identity_epoch >= $2
            """);
        command.With(claim.Target.Id).With(claim.Target.IdentityEpoch);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var mounts = new List<RecordedMount>();
        while (await row.ReadAsync(cancellation))
        {
            mounts.Add(ReadMount(row));
        }

        return mounts;
    }

    public static async Task<bool> MayBeMountedAsync(
        NpgsqlDataSource database, SegmentClaim claim, FilePath key, string identity, CancellationToken cancellation)
    {
        var path = key.ToString();
        await using var command = database.CreateCommand(MayBeMountedSql);
        command.With(claim.Target.Id).With(path).With(claim.Target.IdentityEpoch).With(identity)
            .With(key.IsRangeKey ? path[..^1] + "0" : path + "\u0001");
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    public static void AddTo(NpgsqlBatch statements, SegmentClaim claim, List<RecordedMount> mounts)
    {
        if (mounts.Count > 0)
        {
            statements.BatchCommands.Add(new NpgsqlBatchCommand(KeepSql)
                .With(claim.Target.Id).With(claim.Target.IdentityEpoch)
                .With(mounts.ConvertAll(m => m.Key.ToString()).ToArray())
                .With(mounts.ConvertAll(m => m.Identity).ToArray()));
        }
    }

    /// <summary>Drops the void ones when a scan has looked at everything that it could.</summary>
    public static async Task ForgetAsync(
        NpgsqlConnection connection, long scanId, int targetId, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(ForgetSql, connection);
        command.With(targetId).With(scanId);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static RecordedMount ReadMount(NpgsqlDataReader row) => new(
        FilePath.FromEscaped(row.GetString(0)), row.IsDBNull(1) ? null : row.GetString(1));
}
