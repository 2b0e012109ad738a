using System.Collections.Concurrent;
using System.Diagnostics;

namespace Fixity.Storage.Local.Linux;

/// <summary>Looks at roots on threads of their own, one at most that hangs for each: a mount whose server is gone keeps
/// whoever touches it until the server is back, and every further look would be one more thread.</summary>
internal static class HangingRoots
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(20);

    // Since when the oldest look that has not come back is under way.
    private static readonly ConcurrentDictionary<string, long> Looks = new(StringComparer.Ordinal);

    /// <param name="patience">How long a look may last before others are not even begun; null: 20 s.</param>
    /// <exception cref="StorageException"><see cref="StorageFault.Timeout"/>: an earlier look still hangs.</exception>
    public static Task<T> RunAsync<T>(string root, Func<T> look, CancellationToken cancellation, TimeSpan? patience = null)
    {
        var now = Stopwatch.GetTimestamp();
        var since = Looks.GetOrAdd(root, now);
        if (Stopwatch.GetElapsedTime(since, now) is var elapsed && elapsed > (patience ?? Usual))
        {
            return Task.FromException<T>(new StorageException(
                StorageFault.Timeout, default, $"the root {root} does not answer since {elapsed.TotalSeconds:F0} s"));
        }

        return cancellation.IsCancellationRequested ? Task.FromCanceled<T>(cancellation) : Task.Factory.StartNew(
            () =>
            {
                try
                {
                    return look();
                }
                finally
                {
                    // Whichever comes back, the root answers again.
                    Looks.TryRemove(root, out _);
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }
}
