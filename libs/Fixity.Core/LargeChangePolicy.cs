namespace Fixity.Core;

/// <summary>When so much of a target changed in one scan that somebody should look at it as a whole.</summary>
/// <param name="FilesCount">Changed files from which on it is large; null: not by count.</param>
/// <param name="Percent">Percent of the files before the scan; null: not by percent.</param>
/// <param name="ChangedBytes">Bytes of the changed files; null: not by bytes.</param>
public sealed record LargeChangePolicy(long? FilesCount, double? Percent, long? ChangedBytes)
{
    public static LargeChangePolicy Default { get; } = new(1_000, 5, 100L << 30);

    /// <summary>Why the change is large, or null when it is not.</summary>
    /// <param name="filesBefore">
    /// Present files before the scan: the denominator stays the same when all of them are gone.
    /// </param>
    public LargeChange? Judge(long filesChanged, long bytesChanged, long filesBefore)
    {
        if (filesChanged <= 0)
        {
            return null;
        }

        var percent = filesBefore > 0 ? 100.0 * filesChanged / filesBefore : (double?)null;

        // Percent first: it is the one that says most about a small target, where the others never fire.
        if (Percent is { } percentLimit && percent >= percentLimit)
        {
            return new LargeChange(LargeChangeReason.Percent, percent.Value);
        }

        if (FilesCount is { } countLimit && filesChanged >= countLimit)
        {
            return new LargeChange(LargeChangeReason.Count, filesChanged);
        }

        return ChangedBytes is { } byteLimit && bytesChanged >= byteLimit
            ? new LargeChange(LargeChangeReason.Bytes, bytesChanged)
            : null;
    }
}

public enum LargeChangeReason
{
    Count = 1,
    Percent = 2,
    Bytes = 3,
}

/// <param name="Measured">Files, percent or bytes, as the reason says.</param>
public sealed record LargeChange(LargeChangeReason Reason, double Measured)
{
    /// <summary>The word that is stored and sent.</summary>
    public string ReasonName => Reason switch
    {
        LargeChangeReason.Count => "count",
        LargeChangeReason.Percent => "percent",
        LargeChangeReason.Bytes => "bytes",
        _ => throw new InvalidOperationException($"not a reason: {Reason}"),
    };
}
