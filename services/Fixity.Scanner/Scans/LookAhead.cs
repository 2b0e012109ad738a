using Fixity.Core;
using Fixity.Core.Patterns;
using Fixity.Scanning;
using Fixity.Storage;

namespace Fixity.Scanner.Scans;

/// <summary>Finds where to split a segment of which no baseline says what lies ahead: it looks.</summary>
/// <remarks>
/// Only names and sizes are read, for so many files and so long at most. Where more lies ahead than was looked at,
/// the owner keeps what was seen and all the rest goes to the other; when either is idle again, the next split follows.
/// </remarks>
internal sealed class LookAhead(PathFilter filter, TimeProvider clock)
{
    private const int MostFiles = 200_000;

    // Opening a file and writing its row cost about as much as reading so much more of it.
    private const long FileCost = 64 * 1024;

    private const int MostMarks = 4_096;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly PathFilterReader _filter = filter.Read();
    private readonly List<Mark> _marks = [];
    private int _stride = 1;
    private int _files;
    private long _cost;
    private Mark _last;

    /// <param name="filter">The target's: what it leaves out is neither looked into nor counted.</param>
    /// <param name="atLeastFiles">With fewer ahead it is not worth it: null.</param>
    /// <param name="taken">So many of the first may be in work already: the place lies behind them.</param>
    public static async Task<FilePath?> MiddleAsync(
        IStorageBackend backend, PathRange ahead, PathFilter filter, int atLeastFiles, int taken, TimeProvider clock,
        CancellationToken cancellation)
    {
        var look = new LookAhead(filter, clock);
        var sawAll = await look.RunAsync(backend, ahead, cancellation);
        return look._files < Math.Max(atLeastFiles, taken + 1) ? null
            : sawAll ? look.Middle(taken) : look._last.Path;
    }

    /// <returns>Whether it came to the end.</returns>
    private async Task<bool> RunAsync(IStorageBackend backend, PathRange ahead, CancellationToken cancellation)
    {
        var since = clock.GetTimestamp();
        await foreach (var block in backend.ListAsync(ahead, cancellation, FolderFilter.Of(filter))
            .WithCancellation(cancellation))
        {
            Add(block.Span);
            if (_files >= MostFiles || clock.GetElapsedTime(since) >= Patience)
            {
                return false;
            }
        }

        return true;
    }

    private void Add(ReadOnlySpan<StorageEntry> entries)
    {
        foreach (ref readonly var entry in entries)
        {
            if (entry.Kind != EntryKind.File || _filter.LeavesOut(entry.Path))
            {
                continue;
            }

            _files++;
            _cost += entry.Metadata.SizeBytes + FileCost;
            if (_files % _stride == 0)
            {
                // The block's memory is used again.
                _last = new Mark(entry.Path.ToOwned(), _files, _cost);
                _marks.Add(_last);
                Thin();
            }
        }
    }

    // A mark at every file, every second, every fourth …: enough to halve by, however many there are.
    private void Thin()
    {
        if (_marks.Count < MostMarks)
        {
            return;
        }

        for (var i = 0; i < MostMarks / 2; i++)
        {
            _marks[i] = _marks[(2 * i) + 1];
        }

        _marks.RemoveRange(MostMarks / 2, MostMarks / 2);
        _stride *= 2;
    }

    private FilePath? Middle(int taken)
    {
        foreach (var mark in _marks)
        {
            if (mark.Files > taken && mark.Cost >= _cost / 2)
            {
                return mark.Path;
            }
        }

        return null;
    }

    /// <param name="Files">Up to and including it.</param>
    private readonly record struct Mark(FilePath Path, int Files, long Cost);
}
