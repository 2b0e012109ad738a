using FsCheck;
using FsCheck.Fluent;

namespace Fixity.Scanning.Tests;

/// <summary>Random trees, random changes, random interruptions and splits: what the engine leaves behind equals a naive
/// model.</summary>
public sealed class ScanEqualsModelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void After_any_interruptions_and_splits_rows_and_events_equal_those_of_the_model(int seed)
    {
        var runs = Environment.GetEnvironmentVariable("FIXITY_FULL") == "1" ? 2_000 : 120;
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(runs).WithReplay((ulong)seed, 1UL),
            Prop.ForAll(Campaign.Arbitrary(), campaign => HoldsAsync(campaign).GetAwaiter().GetResult()));
    }

    private static async Task<bool> HoldsAsync(Campaign campaign)
    {
        using var run = new SegmentRun();
        run.Limits = run.Limits with
        {
            Workers = campaign.Limits[0],
            BatchSize = campaign.Limits[1],
            Window = campaign.Limits[2],
            ProgressFiles = campaign.Limits[3],
        };
        var model = new NaiveModel();
        foreach (var scan in campaign.Scans)
        {
            Array.ForEach(scan.Mutations, mutation => mutation.ApplyTo(run.Storage));
            run.Storage.ListingFaults.Clear();
            if (scan.Faulty >= 0)
            {
                run.Storage.ListingFaults[Tree.Paths[scan.Faulty].Parent.AsRangeKey()] = Storage.StorageFault.Denied;
            }

            var patterns = PatternCases.All[scan.Patterns];
            run.Options = patterns.Options;
            run.Baseline.IsDue = row => scan.IsDue(row.Path.ToString());
            await new DisturbedScan(run, scan.Disturbances).RunAsync();
            model.Scan(run.Storage, scan.IsDue, path => patterns.LeavesOut(path.Split('/')));

            Assert.Equal(model.Describe(), NaiveModel.Describe(run.Baseline));
            Assert.Equal(
                model.Events.Order(StringComparer.Ordinal), run.Baseline.Events.Order(StringComparer.Ordinal));
        }

        return true;
    }
}
