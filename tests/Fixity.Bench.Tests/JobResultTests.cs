using Fixity.Bench.Running;

namespace Fixity.Bench.Tests;

/// <summary>How the figures of many rounds become one, and when a goal counts as reached.</summary>
public sealed class JobResultTests
{
    [Fact]
    public void A_ratio_is_the_median_of_the_rounds_ratios()
    {
        // The machine became twice as slow in the second round, for both: the ratio does not notice.
        var result = Result(ours: [1, 2, 1.1], theirs: [2, 4, 2]);

        Assert.Equal(0.5, result.Ratio("ours", "theirs", run => run.Wall));
        Assert.Equal(1.1, result.Median("ours", run => run.Wall));
    }

    [Fact]
    public void Where_one_ran_fewer_times_it_is_the_ratio_of_the_medians()
    {
        var result = Result(ours: [1, 3, 2], theirs: [4]);

        Assert.Equal(0.5, result.Ratio("ours", "theirs", run => run.Wall));
    }

    [Theory]
    [InlineData(0.9, 0.9, true, true)]
    [InlineData(0.91, 0.9, true, false)]
    [InlineData(1.7, 1.7, false, true)]
    [InlineData(1.69, 1.7, false, false)]
    [InlineData(double.NaN, 1, true, false)]
    public void A_goal_is_reached_at_its_limit_and_never_without_a_figure(
        double value, double limit, bool atMost, bool isReached) =>
        Assert.Equal(isReached, new Check("", value, limit, atMost).IsReached);

    private static JobResult Result(double[] ours, double[] theirs) => new(
        new Job("job", "", [], _ => []),
        new Dictionary<string, List<Run>>(StringComparer.Ordinal)
        {
            ["ours"] = [.. ours.Select(wall => new Run(wall, wall, null, double.NaN))],
            ["theirs"] = [.. theirs.Select(wall => new Run(wall, wall, null, double.NaN))],
        });
}
