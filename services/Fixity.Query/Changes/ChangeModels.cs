using Fixity.Core;
using Fixity.Data.Columns;

namespace Fixity.Query.Changes;

/// <summary>Something that happened to a file: the evidence, with old and new values.</summary>
/// <param name="ScanId">The scan that found it; null: a person's act.</param>
/// <param name="PreviousPath">Of a moved file: where it was.</param>
/// <param name="OldChecksum">Of a corrupted or tampered file: the expected one.</param>
/// <param name="NewChecksum">Of a corrupted or tampered file: the actual one.</param>
/// <param name="OldMtime">RFC 3339 with nanoseconds; <c>oldMtimeNs</c> is the same as an exact integer.</param>
/// <param name="Details">What is particular to this type of change; null: nothing is.</param>
public sealed record ChangeView(
    long Id,
    DateTimeOffset DetectedAt,
    long? ScanId,
    int TargetId,
    string TargetName,
    long FileId,
    string Path,
    string? PreviousPath,
    ChangeType Type,
    Severity Severity,
    ChecksumAlgorithm? Algorithm,
    string? OldChecksum,
    string? NewChecksum,
    long? OldSize,
    long? NewSize,
    string? OldMtime,
    string? OldMtimeNs,
    string? NewMtime,
    string? NewMtimeNs,
    ChangeDetails? Details,
    DateTimeOffset? AcknowledgedAt,
    string? AcknowledgedBy,
    string? AcknowledgeReason);

/// <summary>Which changes are asked for; null: no such filter.</summary>
/// <param name="FileIds">The history of these, whatever else is asked for.</param>
/// <param name="Types">Empty: none at all.</param>
/// <param name="Path">A file, or a folder with everything below it; of a moved file also where it was.</param>
/// <param name="Since">Inclusive.</param>
/// <param name="Until">Exclusive.</param>
internal sealed record ChangeFilter(
    int? TargetId = null,
    long? ScanId = null,
    long[]? FileIds = null,
    ChangeType[]? Types = null,
    string? Path = null,
    DateTimeOffset? Since = null,
    DateTimeOffset? Until = null,
    bool? Acknowledged = null)
{
    /// <summary>An ILIKE pattern over the whole path.</summary>
    public string? Pattern { get; init; }

    /// <summary>A regular expression over the whole path.</summary>
    public string? Glob { get; init; }

    /// <summary>Bytes after the change or, where there are none, before it.</summary>
    public long? MinSize { get; init; }

    public long? MaxSize { get; init; }

    /// <summary>Whether it is told by the path which events are meant.</summary>
    public bool IsOfPaths => Path is not null || Pattern is not null || Glob is not null;

    /// <summary>Whether of the events of a time some may be left out.</summary>
    public bool LeavesOut =>
        TargetId is not null || ScanId is not null || FileIds is not null || Types is not null || IsOfPaths
        || Acknowledged is not null || MinSize is not null || MaxSize is not null;
}
