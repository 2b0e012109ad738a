namespace Fixity.Core.Tests;

public sealed class LargeChangePolicyTests
{
    [Theory]
    [InlineData(331, 0, 345, LargeChangeReason.Percent, 95.9)]
    [InlineData(3, 120L << 30, 1_003, LargeChangeReason.Bytes, (double)(120L << 30))]
    [InlineData(1_000, 0, 1_000_000, LargeChangeReason.Count, 1_000)]
    [InlineData(14, 0, 14, LargeChangeReason.Percent, 100)]
    [InlineData(5, 0, 100, LargeChangeReason.Percent, 5)]
    public void Each_threshold_is_reached_on_its_own(
        long files, long bytes, long before, LargeChangeReason reason, double measured)
    {
        var change = LargeChangePolicy.Default.Judge(files, bytes, before);

        Assert.Equal(reason, change?.Reason);
        Assert.Equal(measured, change?.Measured ?? 0, 0.05);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(4, 0, 100)]
    [InlineData(999, (100L << 30) - 1, 1_000_000)]
    [InlineData(10, 0, 0)] // No files before: there is no percentage, and it is not infinite.
    public void Below_all_of_them_nothing_is_large(long files, long bytes, long before) =>
        Assert.Null(LargeChangePolicy.Default.Judge(files, bytes, before));

    [Fact]
    public void Without_thresholds_nothing_ever_is() =>
        Assert.Null(new LargeChangePolicy(null, null, null).Judge(long.MaxValue, long.MaxValue, 1));
}
