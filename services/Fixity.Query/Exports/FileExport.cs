using System.Globalization;
using Fixity.Core;
using Fixity.Data.Columns;
using Fixity.Query.Files;
using Fixity.Query.Reading;
using Npgsql;

namespace Fixity.Query.Exports;

/// <summary>All files that a filter chooses; as lines of CSV the names are those of JSON.</summary>
internal static class FileExport
{
    // A walk along the primary key, from the beginning of the path to its end.
    internal const string Sql = $"""
        {ReadSnapshot.Declare}
        select {FileSql.Columns}, case when f.state in (3, 5) then (
            select e.details -> 'damage' from scanner.change_events e
            where e.file_id = f.id and e.type in ('corrupted', 'tampered')
            order by e.id desc limit 1) end
        from {FileSql.From}
        join (
            select f.*, {FileSql.Standing} as standing
            from scanner.files f
            left join scanner.target_states ts on ts.target_id = f.target_id
            where ($1::int is null or f.target_id = $1) and ($2::text is null or f.path >= $2 and f.path < $2 || '0')
                and {FileSql.Below} and {FileSql.Filtered}
        ) f on f.target_id = t.id
        where ($1::int is null and t.deleted_at is null) or t.id = $1
        order by f.target_id, f.path
        """;

    public static readonly IReadOnlyList<CsvColumn<FileView>> Columns =
    [
        new("id", static (csv, file) => csv.Number(file.Id)),
        new("targetId", static (csv, file) => csv.Number(file.TargetId)),
        new("targetName", static (csv, file) => csv.Text(file.TargetName)),
        new("path", static (csv, file) => csv.Text(file.Path)),
        new("size", static (csv, file) => csv.Number(file.Size)),
        new("mtime", static (csv, file) => csv.Text(file.Mtime)),
        new("mtimeNs", static (csv, file) => csv.Number(Whole(file.MtimeNs))),
        new("mode", static (csv, file) => csv.Text(file.Mode)),
        new("links", static (csv, file) => csv.Number(file.Links)),
        new("algorithm", static (csv, file) => csv.Text(file.Algorithm?.Name())),
        new("checksum", static (csv, file) => csv.Text(file.Checksum)),
        new("previousAlgorithm", static (csv, file) => csv.Text(file.PreviousAlgorithm?.Name())),
        new("previousChecksum", static (csv, file) => csv.Text(file.PreviousChecksum)),
        new("state", static (csv, file) => csv.Text(Words<FileStanding>.Write(file.State))),
        new("stateSince", static (csv, file) => csv.Time(file.StateSince)),
        new("firstSeenAt", static (csv, file) => csv.Time(file.FirstSeenAt)),
        new("lastSeenAt", static (csv, file) => csv.Time(file.LastSeenAt)),
        new("verifiedAt", static (csv, file) => csv.Time(file.VerifiedAt)),
        new("observedChecksum", static (csv, file) => csv.Text(file.ObservedChecksum)),
        new("damagedBytes", static (csv, file) => csv.Number(file.Damage?.Bytes)),
        new("retryAfter", static (csv, file) => csv.Time(file.RetryAfter)),
        new("lastKnownState", static (csv, file) =>
            csv.Text(file.LastKnownState is { } state ? Words<FileStanding>.Write(state) : null)),
    ];

    /// <summary>The statement, for a <see cref="ReadSnapshot"/>.</summary>
    public static NpgsqlCommand Of(FileFilter filter) => FileQueries.Bind(new NpgsqlCommand(Sql), filter);

    public static FileView Read(NpgsqlDataReader row)
    {
        var file = FileQueries.ReadFile(row);
        return row.TextOrNull(20) is { } damage ? file with { Damage = ChangeDetailsColumn.ReadDamage(damage) } : file;
    }

    /// <summary>Nanoseconds are text in JSON, where a number may lose digits.</summary>
    public static long? Whole(string? digits) => digits is null ? null : long.Parse(digits, CultureInfo.InvariantCulture);
}
