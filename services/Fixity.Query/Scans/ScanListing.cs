using Fixity.Core;
using Fixity.Query.Reading;

namespace Fixity.Query.Scans;

/// <summary>What scans can be sorted by.</summary>
/// <remarks>Not by what they count: a running one counts with each batch, and an index of it would be written with each.</remarks>
public enum ScanOrder
{
    RequestedAt,

    /// <summary>Leaves out what has not started.</summary>
    StartedAt,

    /// <summary>Leaves out what has not ended.</summary>
    Duration,
}

/// <summary>Which scans are asked for; null: no such filter.</summary>
/// <param name="Since">Requested then or later.</param>
/// <param name="Until">Requested before.</param>
internal sealed record ScanFilter(
    int? TargetId = null, ScanStatus[]? Statuses = null, DateTimeOffset? Since = null, DateTimeOffset? Until = null);

/// <summary>What of a scan's errors is asked for; null: no such filter.</summary>
internal sealed record ScanErrorFilter(bool? Skipped, string? Kind, string? Path);

/// <summary>The last scan of a page.</summary>
/// <param name="Sort">The order that it is a place of.</param>
/// <param name="Value">Microseconds: since 1970, or of the duration.</param>
internal sealed record ScanKey(string Sort, long Value, long Id)
{
    /// <summary>Ten thousand years.</summary>
    public const long Longest = 10_000L * 366 * 86_400 * 1_000_000;

    public static ScanKey Before(Sorting<ScanOrder> sorting) => sorting.IsDescending
        ? new(sorting.ToString(), long.MaxValue, long.MaxValue)
        : new(sorting.ToString(), long.MinValue, 0);

    public static ScanKey Of(ScanView scan, Sorting<ScanOrder> sorting) => new(sorting.ToString(), ValueOf(scan, sorting.By), scan.Id);

    private static long ValueOf(ScanView scan, ScanOrder order) => order switch
    {
        ScanOrder.RequestedAt => scan.RequestedAt.ToUnixMicroseconds(),
        ScanOrder.StartedAt => scan.StartedAt!.Value.ToUnixMicroseconds(),
        _ => (scan.EndedAt!.Value - scan.StartedAt!.Value).Ticks / TimeSpan.TicksPerMicrosecond,
    };
}
