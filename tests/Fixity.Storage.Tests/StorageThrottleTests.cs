using Fixity.Testing;

namespace Fixity.Storage.Tests;

public sealed class StorageThrottleTests
{
    private readonly ManualClock _clock = new();
    private readonly StorageThrottle _throttle;

    public StorageThrottleTests() => _throttle = new StorageThrottle(_clock);

    [Theory]
    [InlineData(1_000_000, 1)]
    [InlineData(20_000_000, 4)]
    [InlineData(1_000, 1)]
    public void Bytes_come_at_the_rate_however_many_workers_ask(long bytesPerSecond, int workers)
    {
        _throttle.SetLimits(bytesPerSecond, null);
        var total = 0L;
        var largest = 0;
        Run(workers, TimeSpan.FromSeconds(10), () => _throttle.AdmitReadAsync(256 * 1024, CancellationToken.None), bytes =>
        {
            total += bytes;
            largest = Math.Max(largest, bytes);
        });

        Assert.InRange(total, bytesPerSecond * 10 * 0.9, bytesPerSecond * 10 * 1.1);
        Assert.InRange(largest, 1, Math.Max(1, bytesPerSecond / 4));
    }

    [Fact]
    public void Openings_come_at_the_rate()
    {
        _throttle.SetLimits(null, 50);
        var opened = 0;

        Run(4, TimeSpan.FromSeconds(5), OpenAsync, _ => opened++);

        Assert.InRange(opened, 225, 275);
    }

    [Fact]
    public void A_reader_slower_than_the_limit_saves_nothing_up()
    {
        _throttle.SetLimits(1_000_000, null);
        Assert.True(_throttle.AdmitReadAsync(10_000, CancellationToken.None).AsTask().IsCompleted);
        _clock.Advance(TimeSpan.FromMinutes(10));
        var total = 0L;

        Run(1, TimeSpan.FromSeconds(5), () => _throttle.AdmitReadAsync(100_000, CancellationToken.None), n => total += n);

        Assert.InRange(total, 4_500_000, 5_500_000);
    }

    [Fact]
    public async Task Another_limit_holds_at_once_also_for_those_who_wait()
    {
        _throttle.SetLimits(1, null);
        Assert.Equal(1, await _throttle.AdmitReadAsync(1_000, CancellationToken.None));
        var first = _throttle.AdmitReadAsync(1_000, CancellationToken.None).AsTask();
        var second = _throttle.AdmitReadAsync(1_000, CancellationToken.None).AsTask();
        Assert.False(first.IsCompleted || second.IsCompleted);

        _throttle.SetLimits(null, null);

        Assert.Equal(1_000, await first.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(1_000, await second.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Who_gives_up_waiting_leaves_at_once_and_takes_nothing_from_the_others()
    {
        _throttle.SetLimits(1_000, null);
        using var cancel = new CancellationTokenSource();
        while (_throttle.AdmitReadAsync(100, cancel.Token).AsTask().IsCompleted)
        {
            // Until the credit of the beginning is used up.
        }

        var waiting = Enumerable.Range(0, 50).Select(_ => _throttle.AdmitReadAsync(100, cancel.Token).AsTask()).ToList();
        await cancel.CancelAsync();

        foreach (var admission in waiting)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => admission.WaitAsync(TimeSpan.FromSeconds(30)));
        }

        var next = _throttle.AdmitReadAsync(100, CancellationToken.None).AsTask();
        _clock.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(100, await next.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Without_a_limit_all_that_is_wanted_is_admitted()
    {
        Assert.Equal(int.MaxValue, await _throttle.AdmitReadAsync(int.MaxValue, CancellationToken.None));
        Assert.True(_throttle.AdmitOpenAsync(CancellationToken.None).AsTask().IsCompleted);
    }

    private async ValueTask<int> OpenAsync()
    {
        await _throttle.AdmitOpenAsync(CancellationToken.None);
        return 1;
    }

    // Workers that ask again as soon as they were admitted, on a clock that goes by the millisecond.
    private void Run(int workers, TimeSpan time, Func<ValueTask<int>> admit, Action<int> admitted)
    {
        // Without one, what the clock completes goes on at once, on this thread.
        SynchronizationContext.SetSynchronizationContext(null);
        var asking = new Task<int>?[workers];
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromMilliseconds(1))
        {
            for (var i = 0; i < workers; i++)
            {
                var task = asking[i] ?? admit().AsTask();
                while (task.IsCompleted)
                {
                    admitted(task.Result);
                    task = admit().AsTask();
                }

                asking[i] = task;
            }

            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }
    }
}
