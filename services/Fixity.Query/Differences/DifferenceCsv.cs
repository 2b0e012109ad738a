using Fixity.Core;
using Fixity.Query.Exports;
using Fixity.Query.Reading;

namespace Fixity.Query.Differences;

/// <summary>Differences as lines of CSV: the names are those of JSON.</summary>
internal static class DifferenceCsv
{
    public static readonly IReadOnlyList<CsvColumn<DifferenceView>> Columns =
    [
        new("type", static (csv, file) => csv.Text(Words<DifferenceType>.Write(file.Type))),
        new("path", static (csv, file) => csv.Text(file.Path)),
        new("previousPath", static (csv, file) => csv.Text(file.PreviousPath)),
        new("fileId", static (csv, file) => csv.Number(file.FileId)),
        new("oldSize", static (csv, file) => csv.Number(file.OldSize)),
        new("newSize", static (csv, file) => csv.Number(file.NewSize)),
        new("oldMtime", static (csv, file) => csv.Text(file.OldMtime)),
        new("oldMtimeNs", static (csv, file) => csv.Number(FileExport.Whole(file.OldMtimeNs))),
        new("newMtime", static (csv, file) => csv.Text(file.NewMtime)),
        new("newMtimeNs", static (csv, file) => csv.Number(FileExport.Whole(file.NewMtimeNs))),
        new("algorithm", static (csv, file) => csv.Text(file.Algorithm?.Name())),
        new("oldChecksum", static (csv, file) => csv.Text(file.OldChecksum)),
        new("newChecksum", static (csv, file) => csv.Text(file.NewChecksum)),
        new("lastDetectedAt", static (csv, file) => csv.Time(file.LastDetectedAt)),
        new("changes", static (csv, file) => csv.Number(file.Changes)),
    ];
}
