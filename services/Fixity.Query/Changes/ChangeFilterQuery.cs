using System.ComponentModel;
using Fixity.Core;
using Fixity.Query.Reading;
using Microsoft.AspNetCore.Mvc;

namespace Fixity.Query.Changes;

/// <summary>The part of a query string that says which changes are meant: the same wherever changes are asked for.</summary>
internal sealed record ChangeFilterQuery(
    [property: FromQuery(Name = "target")] int? Target,
    [property: FromQuery(Name = "scan")]
    [property: Description("The scan that found them.")]
    long? Scan,
    [property: FromQuery(Name = "type")]
    [property: Description(
        "Any of added, deleted, modified, moved, attributes, corrupted, restored, verified, accepted, tampered, " +
        "touched; separated by commas.")]
    string? Type,
    [property: FromQuery(Name = "severity")]
    [property: Description("Any of info, low, medium, high, critical; separated by commas.")]
    string? Severity,
    [property: FromQuery(Name = "path")]
    [property: Description("A file, or a folder with everything below it; of a moved file also where it was.")]
    string? Path,
    [property: FromQuery(Name = "q")]
    [property: Description("Text anywhere in the path, taken literally; ASCII letters match in either case.")]
    string? Q,
    [property: FromQuery(Name = "glob")]
    [property: Description(Limits.Glob)]
    string? Glob,
    [property: FromQuery(Name = "minSize")]
    [property: Description("Bytes, at least, that the file had after the change or, where it has none, before it.")]
    long? MinSize,
    [property: FromQuery(Name = "maxSize")]
    [property: Description("Bytes, at most; of the same size.")]
    long? MaxSize,
    [property: FromQuery(Name = "since")]
    [property: Description("Detected at this time or later.")]
    DateTimeOffset? Since,
    [property: FromQuery(Name = "until")]
    [property: Description("Detected before this time.")]
    DateTimeOffset? Until,
    [property: FromQuery(Name = "acknowledged")] bool? Acknowledged)
{
    public ChangeFilter Read(FilterReader filters) => new(
        Target,
        Scan,
        FileIds: null,
        Both(filters.Words<ChangeType>("type", Type), filters.Words<Severity>("severity", Severity)),
        filters.Path("path", Path),
        Since?.ToUniversalTime(),
        Until?.ToUniversalTime(),
        Acknowledged)
    {
        Pattern = filters.Contains("q", Q),
        Glob = filters.Glob("glob", Glob),
        MinSize = filters.Count("minSize", MinSize),
        MaxSize = filters.Count("maxSize", MaxSize),
    };

    // A severity is that of its types.
    private static ChangeType[]? Both(ChangeType[]? types, Severity[]? severities) => severities is null
        ? types
        : [.. (types ?? Enum.GetValues<ChangeType>()).Where(type => severities.Contains(type.Severity()))];
}
