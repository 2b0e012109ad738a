using System.ComponentModel;
using Fixity.Query.Reading;
using Microsoft.AspNetCore.Mvc;

namespace Fixity.Query.Files;

/// <summary>The part of a query string that says which files are meant: the same wherever files are asked for.</summary>
internal sealed record FileFilterQuery(
    [property: FromQuery(Name = "target")] int? Target,
    [property: FromQuery(Name = "path")]
    [property: Description("A file, or a folder with everything below it; matched by whole segments.")]
    string? Path,
    [property: FromQuery(Name = "q")]
    [property: Description("Text anywhere in the path, taken literally; ASCII letters match in either case.")]
    string? Q,
    [property: FromQuery(Name = "glob")]
    [property: Description(Limits.Glob)]
    string? Glob,
    [property: FromQuery(Name = "state")]
    [property: Description(
        "Any of unknown, present, deleted, corrupted, unreadable, tampered, excluded; separated by commas.")]
    string? State,
    [property: FromQuery(Name = "minSize")]
    [property: Description("Bytes, at least.")]
    long? MinSize,
    [property: FromQuery(Name = "maxSize")]
    [property: Description("Bytes, at most.")]
    long? MaxSize,
    [property: FromQuery(Name = "modifiedSince")]
    [property: Description("Modified (mtime) at this time or later.")]
    DateTimeOffset? ModifiedSince,
    [property: FromQuery(Name = "modifiedUntil")]
    [property: Description("Modified (mtime) before this time.")]
    DateTimeOffset? ModifiedUntil,
    [property: FromQuery(Name = "verifiedSince")]
    [property: Description("Last verified at this time or later.")]
    DateTimeOffset? VerifiedSince,
    [property: FromQuery(Name = "verifiedUntil")]
    [property: Description("Last verified before this time. What was never verified is not among them.")]
    DateTimeOffset? VerifiedUntil)
{
    public FileFilter Read(FilterReader filters) => new(
        Target,
        filters.Path("path", Path),
        filters.Contains("q", Q),
        filters.Words<FileStanding>("state", State),
        filters.Glob("glob", Glob),
        filters.Count("minSize", MinSize),
        filters.Count("maxSize", MaxSize),
        Nanoseconds(ModifiedSince),
        Nanoseconds(ModifiedUntil),
        VerifiedSince,
        VerifiedUntil);

    // A time that nanoseconds cannot hold is before, or after, all that they can.
    private static long? Nanoseconds(DateTimeOffset? time) =>
        time is { } at ? (long)decimal.Clamp((decimal)at.ToUnixMicroseconds() * 1000, long.MinValue, long.MaxValue) : null;
}
