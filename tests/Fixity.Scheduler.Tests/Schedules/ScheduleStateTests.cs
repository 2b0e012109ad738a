using Fixity.Scheduler.Schedules;

namespace Fixity.Scheduler.Tests.Schedules;

public sealed class ScheduleStateTests
{
    [Fact]
    public void It_runs_only_while_the_schedules_were_looked_at_lately()
    {
        var clock = new SetClock();
        var state = new ScheduleState(clock);
        Assert.False(state.Running);

        state.Reconciled();
        Assert.True(state.Running);

        clock.Now += TimeSpan.FromMinutes(4);
        Assert.False(state.Running);
        Assert.Equal("degraded", state.Health().Status);

        state.Reconciled();
        Assert.True(state.Running);
        Assert.Equal("healthy", state.Health().Status);

        state.Stopped();
        Assert.False(state.Running);
    }

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
