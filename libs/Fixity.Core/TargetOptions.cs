namespace Fixity.Core;

/// <summary>Where the bytes of a re-read come from.</summary>
public enum ReadFrom
{
    /// <summary>The page cache where it has them.</summary>
    Cache = 1,

    /// <summary>The medium: what the cache holds of the file is dropped first.</summary>
    Medium = 2,

    /// <summary>The medium past the cache (O_DIRECT) where the file system can, else as <see cref="Medium"/>.</summary>
    Direct = 3,
}

/// <summary>How a target is read, beyond where and when. Stored with it as one JSON object; what is left out takes the default.</summary>
public sealed record TargetOptions
{
    /// <summary>Files up to this size have no damage map: they are looked at as a whole.</summary>
    public const long DamageMapFromBytes = 1 << 20;

    public static TargetOptions Default { get; } = new();

    /// <summary>Words of <see cref="Core.WatchedAttributes"/>, lower case.</summary>
    public IReadOnlyList<string> WatchedAttributes { get; init; } = ["mode", "owner", "group"];

    /// <summary>Patterns in gitignore syntax. Not empty: only what one of them matches is watched.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Patterns in gitignore syntax: what they match is not watched.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Goes on into other file systems that are mounted below the root.</summary>
    public bool CrossMounts { get; init; }

    /// <summary>Tells also when a file's mtime moved and its content did not.</summary>
    public bool ReportTouched { get; init; }

    /// <summary>Keeps digests of 64 KiB groups of files over 1 MiB, so that damage is found to the place (BLAKE3 targets).</summary>
    public bool DamageMap { get; init; } = true;

    /// <summary>For verification; files that are new or changed are read as they come.</summary>
    public ReadFrom VerifyFrom { get; init; } = ReadFrom.Medium;

    /// <summary>Reads only while nobody else uses the disk (idle I/O class, Linux).</summary>
    public bool IdleIo { get; init; }

    public RateLimit Limit { get; init; } = new();

    /// <summary>Null: the same limit around the clock.</summary>
    public WorkingHours? WorkingHours { get; init; }
}

/// <param name="BytesPerSecond">Over all scanners of the target together; null: no limit.</param>
/// <param name="OpensPerSecond">Files opened; null: no limit.</param>
public sealed record RateLimit(long? BytesPerSecond = null, int? OpensPerSecond = null);

/// <summary>Times of the week at which another limit holds, in the target's time zone.</summary>
/// <param name="Days">Lower-case English names, <c>monday</c> to <c>sunday</c>; the day on which the time begins.</param>
/// <param name="To">Before <paramref name="From"/>: on the next day.</param>
public sealed record WorkingHours(IReadOnlyList<string> Days, TimeOnly From, TimeOnly To, RateLimit Limit);
