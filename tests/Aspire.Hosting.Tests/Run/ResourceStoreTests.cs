using Aspire.Hosting.Run;
using Aspire.Hosting.Tests.Dashboard;

namespace Aspire.Hosting.Tests.Run;

public sealed class ResourceStoreTests
{
    private readonly ResourceStore _store = new();

    [Fact]
    public async Task A_slow_watcher_gets_the_latest_state_of_each_resource_once()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await using var watch = _store.WatchAsync(limit.Token).GetAsyncEnumerator();
        await watch.MoveNextAsync();

        for (var time = 0; time < 100; time++)
        {
            _store.Publish(Snapshots.Scheduler with { ExitCode = time });
        }

        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(99, Assert.Single(watch.Current.Upserts).ExitCode);

        _store.Update(Snapshots.Scheduler.Name, current => current with { ExitCode = current.ExitCode + 1 });
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(100, Assert.Single(watch.Current.Upserts).ExitCode);
    }

    [Fact]
    public async Task No_change_is_lost_between_writers_and_a_watcher()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(
            () =>
            {
                for (var number = 0; number <= 2_000; number++)
                {
                    _store.Publish(Snapshots.Scheduler with { Name = $"r{writer}", ExitCode = number });
                }
            },
            limit.Token)).ToList();

        Dictionary<string, int?> last = [];
        await foreach (var batch in _store.WatchAsync(limit.Token))
        {
            foreach (var snapshot in batch.Upserts)
            {
                Assert.True(snapshot.ExitCode >= last.GetValueOrDefault(snapshot.Name, 0));
                last[snapshot.Name] = snapshot.ExitCode;
            }

            if (last.Count == 4 && last.Values.All(number => number == 2_000))
            {
                break;
            }
        }

        await Task.WhenAll(writers);
        Assert.Equal(["r0", "r1", "r2", "r3"], _store.Current.Select(snapshot => snapshot.Name).Order());
    }
}
