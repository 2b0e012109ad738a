using Fixity.Alert.Deliveries.Sending;

namespace Fixity.Alert.Tests.Deliveries.Sending;

public sealed class RetryScheduleTests
{
    [Theory]
    [InlineData(1, 60)]
    [InlineData(2, 120)]
    [InlineData(3, 240)]
    [InlineData(20, 86_400)] // never longer than a day
    public void The_wait_doubles_up_to_a_day(int attempt, double seconds) =>
        Assert.Equal(seconds, RetrySchedule.DelayAfter(attempt, TimeSpan.FromSeconds(60), 0.5, null).TotalSeconds, 3);

    [Theory]
    [InlineData(0, 54)]
    [InlineData(1, 66)]
    public void It_is_off_by_up_to_a_tenth(double random, double seconds) =>
        Assert.Equal(seconds, RetrySchedule.DelayAfter(1, TimeSpan.FromSeconds(60), random, null).TotalSeconds, 3);

    [Theory]
    [InlineData(5, 60)]
    [InlineData(-5, 60)]
    [InlineData(300, 300)]
    [InlineData(1e9, 86_400)]
    public void The_receivers_wish_is_obeyed_but_never_for_more_than_a_day(double asked, double seconds) =>
        Assert.Equal(seconds, RetrySchedule.DelayAfter(1, TimeSpan.FromSeconds(60), 0.5, TimeSpan.FromSeconds(asked)).TotalSeconds, 3);
}
