using Fixity.Query.Reading;
using Npgsql;

namespace Fixity.Query.Files;

/// <summary>Reads how a file's life began and under which ids its events are kept.</summary>
internal sealed class HistoryQueries(NpgsqlDataSource database)
{
    // A row that went when another file moved onto its path is that file now.
    private const string LifeSql = """
        select f.id || array(select r.id from scanner.replaced_files r where r.file_id = f.id),
            f.first_seen_at, f.first_scan_id, s.is_baseline, f.path, f.verified_at
        from scanner.files f
        left join scheduler.scans s on s.id = f.first_scan_id
        where f.id = coalesce((select r.file_id from scanner.replaced_files r where r.id = $1), $1)
        """;

    private const string FirstMoveSql = """
        select e.previous_path from scanner.change_events e
        where e.file_id = $1 and e.type = 'moved'
        order by e.detected_at, e.id
        limit 1
        """;

    private const string OutlivedSql = """
        select r.file_id from scanner.replaced_files r
        where r.id = $1 and exists (select from scanner.change_events e where e.file_id = r.file_id)
        union all
        select $1 where exists (select from scanner.change_events e where e.file_id = $1)
        """;

    /// <returns>Null: there is neither file nor event.</returns>
    public async Task<FileLife?> FindAsync(long id, CancellationToken cancellation)
    {
        // Events may be of any year: each of these is planned once a connection.
        await using var lived = new NpgsqlCommand(LifeSql).With(id);
        if (await lived.ReadPreparedAsync(database, ReadLife, cancellation) is [var life, ..])
        {
            await using var first = new NpgsqlCommand(FirstMoveSql).With(life.EventIds[0]);
            var moved = await first.ReadPreparedAsync(database, static row => row.GetString(0), cancellation);
            return moved is [var path, ..] ? life with { FirstPath = path } : life;
        }

        // Events outlive their file.
        await using var outlived = new NpgsqlCommand(OutlivedSql).With(id);
        var left = await outlived.ReadPreparedAsync(database, static row => row.GetInt64(0), cancellation);
        return left.Count > 0 ? new FileLife([.. left], null, null, null, null, null) : null;
    }

    private static FileLife ReadLife(NpgsqlDataReader row) => new(
        row.GetFieldValue<long[]>(0),
        row.TimeOrNull(1),
        row.LongOrNull(2),
        row.IsDBNull(3) ? null : row.GetBoolean(3),
        row.TextOrNull(4),
        row.TimeOrNull(5));
}
