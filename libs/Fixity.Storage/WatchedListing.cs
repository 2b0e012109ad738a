using System.Threading.Channels;
using Fixity.Core;

namespace Fixity.Storage;

/// <summary>One listing: the walk that writes it, and the watch that replaces a walk which hangs.</summary>
#pragma warning disable CA1001 // A walk that was left behind looks at the token when its call returns, hours later.
internal sealed class WatchedListing
#pragma warning restore CA1001
{
    // A call hangs when it is the same at so many looks in a row. Not by the clock: a process that was stopped for an
    // hour has waited for nothing.
    private const int Looks = 4;

    private readonly string _place;
    private readonly Func<EntryWriter, PathRange, CancellationToken, IBlockingWalk> _walk;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _clock;
    private readonly BlockPool _pool = new();
    private readonly Channel<EntryBlock> _full =
        Channel.CreateUnbounded<EntryBlock>(new UnboundedChannelOptions { SingleReader = true });

    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _watch;
    private readonly Lock _lock = new();
    private readonly Dictionary<EntryWriter, FilePath> _left = [];
    private Walk? _current;
    private long? _lastCall;
    private int _looks;
    private int _hung;

    public WatchedListing(
        string place, Func<EntryWriter, PathRange, CancellationToken, IBlockingWalk> walk, TimeSpan patience,
        TimeProvider clock)
    {
        (_place, _walk, _patience, _clock) = (place, walk, patience, clock);
        _watch = clock.CreateTimer(
            static state => (state as WatchedListing)?.Look(), this, patience / Looks, patience / Looks);
    }

    public ChannelReader<EntryBlock> Blocks => _full.Reader;

    public void Start(PathRange range)
    {
        lock (_lock)
        {
            Start(new EntryWriter(_pool, _full.Writer, _stop.Token, this), range);
        }
    }

    public void GiveBack(EntryBlock block) => _pool.GiveBack(block);

    /// <summary>Nobody reads any more: the walk ends at its next step, or when the call that it hangs in returns.</summary>
    public void Leave()
    {
        _watch.Dispose();
        _stop.Cancel();
        _pool.Close();
        lock (_lock)
        {
            if (_current is { } current && current.Writer.CallUnderWay is { } call && current.Writer.TryAbandon(call))
            {
                _current = null;
                LeaveBehind(current, TimeSpan.Zero);
            }
        }
    }

    public bool StillHangs(FilePath directory) => LeftWalks.HangIn(_place, directory, _patience, _clock);

    private void Start(EntryWriter writer, PathRange range, StorageEntry? fault = null)
    {
        var walk = _walk(writer, range, _stop.Token);
        _current = new Walk(writer, walk, range);
        _lastCall = null;
        StartThread(() => Run(writer, walk, fault));
    }

    private void Run(EntryWriter writer, IBlockingWalk? walk, StorageEntry? fault, Exception? end = null)
    {
        try
        {
            if (fault is { } first)
            {
                writer.Write(first);
            }

            walk?.Run();
            writer.Flush();
        }
#pragma warning disable CA1031 // Not swallowed: it ends the stream, and the reader throws it.
        catch (Exception caught)
#pragma warning restore CA1031
        {
            end = caught;
        }

        lock (_lock)
        {
            if (!writer.IsAbandoned)
            {
                // Only a walk that ended well completes without an error: a broken one must not look like a whole one.
                _current = null;
                _watch.Dispose();
                _full.Writer.TryComplete(end);
            }

            if (_left.Remove(writer, out var directory))
            {
                LeftWalks.Remove(_place, directory);
            }
        }
    }

    private FilePath LeaveBehind(Walk walk, TimeSpan hungFor)
    {
        var directory = walk.Walking.InHand.ToOwned();
        _left.Add(walk.Writer, directory);
        LeftWalks.Add(_place, directory, hungFor, _clock);
        return directory;
    }

    private void Look()
    {
        lock (_lock)
        {
            if (_current is not { } current)
            {
                return;
            }

            var call = current.Writer.CallUnderWay;
            _looks = call is not null && call == _lastCall ? _looks + 1 : 0;
            _lastCall = call;
            if (call is { } hanging && _looks >= Looks && current.Writer.TryAbandon(hanging))
            {
                _looks = 0;
                GoOnBehind(current);
            }
        }
    }

    private void GoOnBehind(Walk abandoned)
    {
        _current = null;
        var directory = LeaveBehind(abandoned, _patience);
        var writer = abandoned.Writer.Successor();
        var fault = StorageEntry.NotListed(
            directory, StorageFault.Timeout, $"a call for this directory did not return within {_patience}");
        if (++_hung >= EntryBlocks.MaxHungDirectories)
        {
            var end = new StorageException(
                StorageFault.Timeout, directory, $"{_hung} directories did not answer within {_patience} each");
            StartThread(() => Run(writer, walk: null, fault, end));
        }
        else if (directory.IsRoot)
        {
            StartThread(() => Run(writer, walk: null, fault));
        }
        else
        {
            Start(writer, Behind(directory, abandoned.Range), fault);
        }
    }

    /// <summary>What of the range lies behind everything below the directory: '0' is the byte after '/'.</summary>
    private static PathRange Behind(FilePath directory, PathRange range)
    {
        var next = directory.Bytes.ToArray();
        next[^1] = FilePath.Separator + 1;
        var from = FilePath.FromEscaped(next);
        return from > range.From ? range with { From = from } : range;
    }

    private static void StartThread(Action run) =>
        new Thread(() => run()) { IsBackground = true, Name = "fixity-walk" }.Start();

    private sealed record Walk(EntryWriter Writer, IBlockingWalk Walking, PathRange Range);
}
