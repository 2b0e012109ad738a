using Fixity.Bench.Running;

namespace Fixity.Bench.Jobs;

/// <summary>Every job by its name, in the order in which they run. Trees are made when the first job needs them.</summary>
internal static class Catalogue
{
    public static IReadOnlyDictionary<string, JobMaker> Of(Workbench bench) =>
        new Dictionary<string, JobMaker>(StringComparer.Ordinal)
        {
            ["memory"] = HashingJobs.Memory(),
            ["big-file"] = HashingJobs.BigFile(bench),
            ["hash"] = HashingJobs.ManyFiles(bench),
            ["cold"] = HashingJobs.Cold(bench),
            ["walk"] = ScanJobs.Walk(bench),
            ["first-scan"] = ScanJobs.First(bench),
            ["full-verification"] = ScanJobs.Full(bench),
            ["two-scanners"] = ScanJobs.TwoScanners(bench),
            ["rescan"] = RescanJobs.Unchanged(bench),
            ["churn"] = RescanJobs.Churned(bench),
            ["peak"] = RescanJobs.Peak(bench),
            ["flat"] = RescanJobs.Flat(bench),
            ["smb-sequential"] = ShareJobs.Sequential(bench),
            ["smb-small"] = ShareJobs.Small(bench),
            ["smb-listing"] = ShareJobs.Listing(bench),
            ["ingest"] = DatabaseJobs.Ingest(bench),
            ["baseline"] = DatabaseJobs.Baseline(bench),
        };
}
