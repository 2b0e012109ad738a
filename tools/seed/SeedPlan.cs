namespace Fixity.Seed;

/// <summary>How much history is made up, and from which time until which.</summary>
/// <param name="Number">Same number and sizes, same rows.</param>
/// <param name="Files">Of all targets together; the first has half of them. Fifteen of a hundred are deleted.</param>
/// <param name="Changes">Of all scans together; one scan has a twentieth of them.</param>
/// <param name="Until">The end of the last scan, or a little later.</param>
public sealed record SeedPlan(int Number, int Targets, long Files, long Changes, long Scans, int Years, DateTimeOffset Until)
{
    public const int FewestTargets = 2;

    /// <summary>Ten years of a large installation: what the lists are measured on.</summary>
    public static SeedPlan Full(DateTimeOffset until) => new(1, 24, 2_000_000, 10_000_000, 50_000, 10, until);

    /// <summary>The same history with so much less in it; as many targets and as many years.</summary>
    public SeedPlan Scaled(double scale) => this with
    {
        Files = Math.Max((long)(Files * scale), Targets),
        Changes = Math.Max((long)(Changes * scale), 1),
        Scans = Math.Max((long)(Scans * scale), Targets),
    };

    public DateTimeOffset Since => Until.AddYears(-Years);

    /// <summary>Of the scan that changed more than any other.</summary>
    public long LargestScanChanges => Changes / 20;
}
