using Fixity.Core;

namespace Fixity.Storage;

/// <summary>The walks that were left behind in a call, by their directories: as long as one hangs there, no other need find
/// out, because each would be one more thread that the process cannot get back.</summary>
internal static class LeftWalks
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<(string Place, string Directory), Left> Walks = [];

    // Looked at for each directory of each walk, and almost always zero.
    private static int _count;

    /// <param name="hungFor">How long its call has lasted already.</param>
    public static void Add(string place, FilePath directory, TimeSpan hungFor, TimeProvider clock)
    {
        var since = clock.GetTimestamp() - (long)(hungFor.TotalSeconds * clock.TimestampFrequency);
        lock (Gate)
        {
            var key = (place, directory.ToString());
            Walks[key] = Walks.TryGetValue(key, out var left) ? left with { Threads = left.Threads + 1 } : new Left(1, since);
            _count++;
        }
    }

    /// <summary>The call came back.</summary>
    public static void Remove(string place, FilePath directory)
    {
        lock (Gate)
        {
            var key = (place, directory.ToString());
            var left = Walks[key];
            if (left.Threads == 1)
            {
                Walks.Remove(key);
            }
            else
            {
                Walks[key] = left with { Threads = left.Threads - 1 };
            }

            _count--;
        }
    }

    /// <summary>Whether a walk hangs in the directory for longer than the patience. One that was only just left may be about
    /// to come back.</summary>
    public static bool HangIn(string place, FilePath directory, TimeSpan patience, TimeProvider clock)
    {
        if (Volatile.Read(ref _count) == 0)
        {
            return false;
        }

        lock (Gate)
        {
            return Walks.TryGetValue((place, directory.ToString()), out var left)
                && clock.GetElapsedTime(left.Since) >= patience;
        }
    }

    private sealed record Left(int Threads, long Since);
}
