using System.Globalization;
using Fixity.Core;
using Fixity.Data.Columns;
using Fixity.Query.Reading;
using Npgsql;

namespace Fixity.Query.Changes;

/// <summary>Reads change events, newest first.</summary>
internal sealed class ChangeQueries(NpgsqlDataSource database)
{
    /// <summary>A filter that is null vanishes while planning: see <see cref="Scans.ScanQueries.PageSql"/>.</summary>
    internal const string PageSql = """
        select c.id, c.detected_at, c.scan_id, c.target_id, t.name, c.file_id, c.path, c.previous_path, c.type,
               c.algorithm, c.old_checksum, c.new_checksum, c.old_size, c.new_size, c.old_mtime_ns, c.new_mtime_ns,
               c.acknowledged_at, c.acknowledged_by, c.acknowledge_reason, c.details
        from scanner.change_events c
        join scheduler.targets t on t.id = c.target_id
        where ($1::int is null or c.target_id = $1)
          and ($2::bigint is null or c.scan_id = $2)
          and ($3::bigint[] is null or c.file_id = any($3))
          and ($4::text[] is null or c.type = any($4))
          and ($5::text is null
               or c.path = $5 or starts_with(c.path, $5 || '/')
               or c.previous_path = $5 or starts_with(c.previous_path, $5 || '/'))
          and ($6::timestamptz is null or c.detected_at >= $6)
          and ($7::timestamptz is null or c.detected_at < $7)
          and ($8::boolean is null or (c.acknowledged_at is not null) = $8)
          and c.id < $9
        order by c.id desc
        limit $10
        """;

    /// <summary>One row more than the limit, when there is one.</summary>
    public async Task<List<ChangeView>> PageAsync(
        ChangeFilter filter, long before, int limit, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(PageSql);
        Bind(command, filter, before, limit);
        return await command.ReadAllAsync(ReadChange, cancellation);
    }

    internal static void Bind(NpgsqlCommand command, ChangeFilter filter, long before, int limit) => command
        .With(filter.TargetId)
        .With(filter.ScanId)
        .With(filter.FileIds)
        .With(filter.Types?.Select(type => type.Name()).ToArray())
        .With(filter.Path)
        .With(filter.Since?.ToUniversalTime())
        .With(filter.Until?.ToUniversalTime())
        .With(filter.Acknowledged)
        .With(before)
        .With(limit + 1);

    private static ChangeView ReadChange(NpgsqlDataReader row)
    {
        var type = row.Word<ChangeType>(8);
        var oldMtimeNs = row.LongOrNull(14);
        var newMtimeNs = row.LongOrNull(15);
        return new ChangeView(
            row.GetInt64(0),
            row.Time(1),
            row.LongOrNull(2),
            row.GetInt32(3),
            row.GetString(4),
            row.GetInt64(5),
            row.GetString(6),
            row.TextOrNull(7),
            type,
            type.Severity(),
            row.IsDBNull(9) ? null : (ChecksumAlgorithm)row.GetInt16(9),
            row.HexOrNull(10),
            row.HexOrNull(11),
            row.LongOrNull(12),
            row.LongOrNull(13),
            oldMtimeNs is { } old ? UnixNanoseconds.ToText(old) : null,
            oldMtimeNs?.ToString(CultureInfo.InvariantCulture),
            newMtimeNs is { } now ? UnixNanoseconds.ToText(now) : null,
            newMtimeNs?.ToString(CultureInfo.InvariantCulture),
            row.TextOrNull(19) is { } details ? ChangeDetailsColumn.Read(details) : null,
            row.TimeOrNull(16),
            row.TextOrNull(17),
            row.TextOrNull(18));
    }
}
