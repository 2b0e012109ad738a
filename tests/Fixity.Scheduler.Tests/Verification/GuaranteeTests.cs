using Fixity.Scheduler.Verification;

namespace Fixity.Scheduler.Tests.Verification;

public sealed class GuaranteeTests
{
    private const long Tebibyte = 1L << 40;

    private static readonly GuaranteeInputs Daily = new(
        Enabled: true, TimeSpan.FromDays(1), TimeSpan.FromDays(90), BytesPresent: 87 * Tebibyte,
        BestBytesPerSecond: 100e6, OpenShare: 1, FilesOverdue: 0, IsSettled: true);

    [Fact]
    public void What_a_day_needs_is_spread_over_the_time_that_failing_runs_leave()
    {
        var guarantee = Guarantee.Of(Daily);

        Assert.Equal(Tebibyte, guarantee.NeededBytesPerDay); // 87 TiB within 90 days less three.
        Assert.Equal(100e6 * 86_400, guarantee.MeasuredBytesPerDay);
        Assert.True(guarantee.CanBeMet);
        Assert.Null(guarantee.Obstacle);
    }

    [Theory]
    [InlineData(100e6, 1, true)]    // 8.6 TB a day
    [InlineData(10e6, 1, false)]    // 0.86 TB a day
    [InlineData(20e6, 0.5, false)]  // the same, because half of the day is closed
    public void A_storage_that_is_too_slow_cannot_keep_it(double bytesPerSecond, double open, bool can)
    {
        var guarantee = Guarantee.Of(Daily with { BestBytesPerSecond = bytesPerSecond, OpenShare = open });

        Assert.Equal(can, guarantee.CanBeMet);
        Assert.Equal(can ? null : "rate", guarantee.Obstacle);
    }

    [Fact]
    public void Runs_that_are_further_apart_than_the_promise_cannot_keep_it()
    {
        var guarantee = Guarantee.Of(Daily with { RunGap = TimeSpan.FromDays(91) });

        Assert.False(guarantee.CanBeMet);
        Assert.Equal("schedule", guarantee.Obstacle);
    }

    [Fact]
    public void What_was_not_measured_is_unknown_and_not_zero()
    {
        var unmeasured = Guarantee.Of(Daily with { BestBytesPerSecond = null });
        var unscanned = Guarantee.Of(Daily with { BytesPresent = null });

        Assert.Null(unmeasured.CanBeMet);
        Assert.Null(unmeasured.MeasuredBytesPerDay);
        Assert.Null(unscanned.CanBeMet);
        Assert.Null(unscanned.NeededBytesPerDay);
    }

    [Fact]
    public void Without_a_schedule_nobody_knows_whether_it_is_kept() =>
        Assert.Equal((null, "no_schedule"), CanAndWhy(Daily with { RunGap = null }));

    [Fact]
    public void A_disabled_target_promises_nothing()
    {
        Assert.Equal((null, "disabled"), CanAndWhy(Daily with { Enabled = false, FilesOverdue = 5 }));
        Assert.False(Guarantee.Of(Daily with { Enabled = false, FilesOverdue = 5 }).IsBreached);
    }

    [Fact]
    public void Overdue_files_breach_it_unless_the_promise_is_newer_than_the_last_run()
    {
        Assert.True(Guarantee.Of(Daily with { FilesOverdue = 1 }).IsBreached);
        Assert.False(Guarantee.Of(Daily with { FilesOverdue = 1, IsSettled = false }).IsBreached);
        Assert.False(Guarantee.Of(Daily).IsBreached);
    }

    private static (bool?, string?) CanAndWhy(GuaranteeInputs inputs)
    {
        var guarantee = Guarantee.Of(inputs);
        return (guarantee.CanBeMet, guarantee.Obstacle);
    }
}
