using System.Diagnostics;

namespace Fixity.Query.Exports;

/// <summary>How the rows of an export are written.</summary>
internal enum ExportFormat
{
    /// <summary>RFC 4180, with a header.</summary>
    Csv = 1,

    /// <summary>One JSON object a line.</summary>
    Jsonl = 2,

    /// <summary>One JSON array.</summary>
    Json = 3,
}

internal static class ExportFormats
{
    public const string Csv = "text/csv; charset=utf-8; header=present";
    public const string Jsonl = "application/x-ndjson";
    public const string Json = "application/json";

    public const string Description =
        "csv (unless said otherwise): a header, then a line a row; jsonl: a JSON object a line; json: one JSON array.";

    public static string ContentType(this ExportFormat format) => format switch
    {
        ExportFormat.Csv => Csv,
        ExportFormat.Jsonl => Jsonl,
        ExportFormat.Json => Json,
        _ => throw new UnreachableException($"{format}"),
    };

    /// <summary>Of the file that a browser makes of it.</summary>
    public static string Extension(this ExportFormat format) => format switch
    {
        ExportFormat.Csv => "csv",
        ExportFormat.Jsonl => "jsonl",
        ExportFormat.Json => "json",
        _ => throw new UnreachableException($"{format}"),
    };
}
