using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Aspire.Hosting.Run;

/// <summary>The last lines that each resource printed, kept for whoever opens its console page later.</summary>
internal sealed class LogStore(TimeProvider? clock = null, int linesKept = LogStore.DefaultLinesKept)
{
    /// <summary>A resource that prints more pushes its oldest lines out.</summary>
    public const int DefaultLinesKept = 10_000;

    /// <summary>The wire caps a message at some 2 M characters; stays well below it.</summary>
    private const int BatchCharacters = 500_000;
    private const int BatchLines = 1_000;

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ResourceLog> _logs = new(StringComparer.Ordinal);

    /// <summary>Keeps a line under the resource's unique name. May be called from any thread.</summary>
    public void Append(string resourceName, string line, bool isStdErr)
    {
        var at = _clock.GetUtcNow();
        lock (_gate)
        {
            var log = Log(resourceName);
            var kept = new LogLine(++log.LastNumber, at, line, isStdErr);
            log.Lines.Enqueue(kept);
            if (log.Lines.Count > linesKept)
            {
                log.Lines.Dequeue();
            }

            foreach (var follower in log.Followers)
            {
                follower.Writer.TryWrite(true);
            }
        }
    }

    /// <summary>The kept lines, then, with <paramref name="follow"/>, each new one until cancelled.</summary>
    /// <remarks>
    /// A follower remembers the number it has read to and reads from the ring: however slow, it costs no memory. Lines
    /// that the ring lost meanwhile show as a gap in the numbers.
    /// </remarks>
    public async IAsyncEnumerable<IReadOnlyList<LogLine>> ReadAsync(
        string resourceName, bool follow, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var signal = Channel.CreateBounded<bool>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        lock (_gate)
        {
            Log(resourceName).Followers.Add(signal);
        }

        try
        {
            var readTo = 0L;
            do
            {
                while (Next(resourceName, readTo) is { Count: > 0 } batch)
                {
                    readTo = batch[^1].Number;
                    yield return batch;
                }
            }
            while (follow && await NextSignalAsync(signal.Reader, cancellation));
        }
        finally
        {
            lock (_gate)
            {
                Log(resourceName).Followers.Remove(signal);
            }
        }
    }

    private static async ValueTask<bool> NextSignalAsync(ChannelReader<bool> signal, CancellationToken cancellation)
    {
        // Taken before the ring is read again: a line that comes while reading sets it anew.
        await signal.ReadAsync(cancellation);
        return true;
    }

    private List<LogLine> Next(string resourceName, long readTo)
    {
        lock (_gate)
        {
            var log = Log(resourceName);
            var firstKept = log.LastNumber - log.Lines.Count + 1;
            var skip = (int)Math.Max(0, readTo + 1 - firstKept);
            List<LogLine> batch = [];
            var characters = 0;
            foreach (var line in log.Lines.Skip(skip))
            {
                batch.Add(line);
                characters += line.Text.Length;
                if (batch.Count == BatchLines || characters >= BatchCharacters)
                {
                    break;
                }
            }

            return batch;
        }
    }

    private ResourceLog Log(string resourceName)
    {
        if (!_logs.TryGetValue(resourceName, out var log))
        {
            _logs.Add(resourceName, log = new ResourceLog());
        }

        return log;
    }

    private sealed class ResourceLog
    {
        public long LastNumber { get; set; }

        public Queue<LogLine> Lines { get; } = new();

        public HashSet<Channel<bool>> Followers { get; } = [];
    }
}

/// <summary>A line that a resource printed; numbers start at 1 and have no gaps where nothing was pushed out.</summary>
internal readonly record struct LogLine(long Number, DateTimeOffset At, string Text, bool IsStdErr);
