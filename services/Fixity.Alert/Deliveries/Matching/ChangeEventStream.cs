using System.Globalization;
using Fixity.Core;
using Fixity.Data.Columns;
using Npgsql;

namespace Fixity.Alert.Deliveries.Matching;

/// <summary>What happened to single files: <c>scanner.change_events</c>.</summary>
internal sealed class ChangeEventStream : EventStream
{
    private const string Events = """
        select e.transaction_id, e.id, e.detected_at, e.target_id, t.name, e.scan_id, e.type, e.file_id, e.path,
            e.previous_path, e.algorithm, e.old_checksum, e.new_checksum, e.old_size, e.new_size, e.old_mtime_ns,
            e.new_mtime_ns, e.details
        from scanner.change_events e
        left join scheduler.targets t on t.id = e.target_id

        """;

    private const string Next = Events + """
        where (e.transaction_id, e.id) > ($1, $2) and e.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
        order by e.transaction_id, e.id
        limit $3
        """;

    private const string Again = Events + "where e.id = any($1)";

    public override string Source => "change_events";

    protected override string KeyPrefix => "change";

    protected override NpgsqlCommand CreateNextCommand(NpgsqlConnection connection) => new(Next, connection);

    protected override NpgsqlCommand CreateAgainCommand(NpgsqlConnection connection) => new(Again, connection);

    protected override SourceEvent ReadEvent(NpgsqlDataReader row)
    {
        var id = row.GetInt64(1);
        var severity = SeverityOf(row.GetString(6));
        var data = ReadChange(row, id, severity.Name());
        return new SourceEvent(
            new EventPosition(row.GetFieldValue<ulong>(0), id),
            KeyOf(id),
            "file." + data.Type,
            severity,
            row.GetFieldValue<DateTimeOffset>(2),
            new PayloadTarget(row.GetInt32(3), row.IsDBNull(4) ? null : row.GetString(4)),
            ReadLong(row, 5),
            data.Path,
            data.PreviousPath,
            data);
    }

    private static FileChangeData ReadChange(NpgsqlDataReader row, long id, string severity)
    {
        var oldMtimeNs = ReadLong(row, 15);
        var newMtimeNs = ReadLong(row, 16);
        return new FileChangeData(
            id,
            row.GetInt64(7),
            row.GetString(8),
            row.IsDBNull(9) ? null : row.GetString(9),
            row.GetString(6),
            severity,
            row.IsDBNull(10) ? null : ((ChecksumAlgorithm)row.GetInt16(10)).Name(),
            ReadHex(row, 11),
            ReadHex(row, 12),
            ReadLong(row, 13),
            ReadLong(row, 14),
            oldMtimeNs is { } old ? UnixNanoseconds.ToText(old) : null,
            oldMtimeNs?.ToString(CultureInfo.InvariantCulture),
            newMtimeNs is { } now ? UnixNanoseconds.ToText(now) : null,
            newMtimeNs?.ToString(CultureInfo.InvariantCulture),
            row.IsDBNull(17) ? null : ChangeDetailsColumn.Read(row.GetString(17)));
    }

    private static Severity SeverityOf(string type) => ChangeTypes.TryParse(type, out var change)
        ? change.Severity()
        : throw new InvalidOperationException($"\"{type}\" is not a type of change that this version knows.");

    private static long? ReadLong(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    private static string? ReadHex(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : Convert.ToHexStringLower(row.GetFieldValue<byte[]>(column));
}
