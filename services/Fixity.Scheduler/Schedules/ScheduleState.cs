using Fixity.Scheduler.Status;

namespace Fixity.Scheduler.Schedules;

/// <summary>What this replica knows of its own work, for status and health.</summary>
internal sealed class ScheduleState(TimeProvider clock)
{
    // Three missed rounds: one may fail because of a restart of the database.
    private static readonly TimeSpan Stale = TimeSpan.FromMinutes(3);

    private readonly Lock _lock = new();
    private readonly DateTimeOffset _startedAt = clock.GetUtcNow();
    private DateTimeOffset? _reconciledAt;
    private string? _failure;
    private bool _stopped;

    /// <summary>Whether the schedules were looked at lately, by the same measure as <see cref="Health"/>.</summary>
    public bool Running
    {
        get
        {
            lock (_lock)
            {
                return !_stopped && IsRecent(_reconciledAt);
            }
        }
    }

    public void Reconciled()
    {
        lock (_lock)
        {
            (_reconciledAt, _failure) = (clock.GetUtcNow(), null);
        }
    }

    public void Failed(string reason)
    {
        lock (_lock)
        {
            _failure = reason;
        }
    }

    public void Stopped()
    {
        lock (_lock)
        {
            _stopped = true;
        }
    }

    public SchedulerHealthView Health()
    {
        lock (_lock)
        {
            if (_stopped)
            {
                return new SchedulerHealthView(SchedulerHealth.Stopped, "This scheduler is shutting down.");
            }

            if (_failure is not null)
            {
                return new SchedulerHealthView(SchedulerHealth.Degraded, _failure);
            }

            var last = _reconciledAt ?? _startedAt;
            return IsRecent(_reconciledAt)
                ? new SchedulerHealthView(SchedulerHealth.Healthy, null)
                : new SchedulerHealthView(SchedulerHealth.Degraded, $"The schedules were not looked at since {last:u}.");
        }
    }

    private bool IsRecent(DateTimeOffset? at) => at is { } known && clock.GetUtcNow() - known <= Stale;
}
