using System.Text.Json;
using Fixity.Core;
using Fixity.Data.Columns;
using Fixity.Query.Changes;
using Fixity.Query.Reading;
using Npgsql;

namespace Fixity.Query.Exports;

/// <summary>All changes that a filter chooses; as lines of CSV the names are those of JSON, and what is particular to a
/// type stays JSON in its cell.</summary>
internal static class ChangeExport
{
    internal const string Sql = $"""
        {ReadSnapshot.Declare}
        select {ChangeSql.Columns}
        from scanner.change_events c
        join scheduler.targets t on t.id = c.target_id
        where {ChangeSql.Chosen}
        order by c.detected_at desc, c.id desc
        """;

    /// <summary>The statement, for a <see cref="ReadSnapshot"/>.</summary>
    public static NpgsqlCommand Of(ChangeFilter filter) => ChangeQueries.Bind(new NpgsqlCommand(Sql), filter);

    public static IReadOnlyList<CsvColumn<ChangeView>> Columns(JsonSerializerOptions json) =>
    [
        new("id", static (csv, change) => csv.Number(change.Id)),
        new("detectedAt", static (csv, change) => csv.Time(change.DetectedAt)),
        new("scanId", static (csv, change) => csv.Number(change.ScanId)),
        new("targetId", static (csv, change) => csv.Number(change.TargetId)),
        new("targetName", static (csv, change) => csv.Text(change.TargetName)),
        new("fileId", static (csv, change) => csv.Number(change.FileId)),
        new("path", static (csv, change) => csv.Text(change.Path)),
        new("previousPath", static (csv, change) => csv.Text(change.PreviousPath)),
        new("type", static (csv, change) => csv.Text(change.Type.Name())),
        new("severity", static (csv, change) => csv.Text(Words<Severity>.Write(change.Severity))),
        new("algorithm", static (csv, change) => csv.Text(change.Algorithm?.Name())),
        new("oldChecksum", static (csv, change) => csv.Text(change.OldChecksum)),
        new("newChecksum", static (csv, change) => csv.Text(change.NewChecksum)),
        new("oldSize", static (csv, change) => csv.Number(change.OldSize)),
        new("newSize", static (csv, change) => csv.Number(change.NewSize)),
        new("oldMtime", static (csv, change) => csv.Text(change.OldMtime)),
        new("oldMtimeNs", static (csv, change) => csv.Number(FileExport.Whole(change.OldMtimeNs))),
        new("newMtime", static (csv, change) => csv.Text(change.NewMtime)),
        new("newMtimeNs", static (csv, change) => csv.Number(FileExport.Whole(change.NewMtimeNs))),
        new("details", (csv, change) =>
            csv.Text(change.Details is { } details ? JsonSerializer.Serialize<ChangeDetails>(details, json) : null)),
        new("acknowledgedAt", static (csv, change) => csv.Time(change.AcknowledgedAt)),
        new("acknowledgedBy", static (csv, change) => csv.Text(change.AcknowledgedBy)),
        new("acknowledgeReason", static (csv, change) => csv.Text(change.AcknowledgeReason)),
    ];
}
