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
internal sealed class LookAhead(PathFilter filter, SegmentLimits limits, TimeProvider clock)
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
    private long _bytes;
    private long _waiting;
    private long _cost;
    private Mark _last;

    /// <param name="filter">The target's: what it leaves out is neither looked into nor counted.</param>
    /// <param name="worth">With less ahead it is not worth it: null.</param>
    /// <param name="limits">So much of the first may be in work already: the place lies behind.</param>
    public static async Task<FilePath?> MiddleAsync(
        IStorageBackend backend, PathRange ahead, PathFilter filter, SplitWorth worth, SegmentLimits limits, TimeProvider clock,
        CancellationToken cancellation)
    {
        var look = new LookAhead(filter, limits, clock);
        var sawAll = await look.RunAsync(backend, ahead, cancellation);
        return look._files < worth.Files && look._bytes < worth.Bytes ? null
            : sawAll ? look.Middle()
            : look.IsBehind(look._last) ? look._last.Path
            : null;
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
            _bytes += entry.Metadata.SizeBytes;
            _cost += entry.Metadata.SizeBytes + FileCost;
            if (_files % _stride == 0)
            {
                // The block's memory is used again.
                _last = new Mark(entry.Path.ToOwned(), _files, _waiting, _cost);
                _marks.Add(_last);
                Thin();
            }

            // As many as are being read or just recorded count for nothing, however large: only what waits is limited.
            _waiting += _files > (2 * limits.Workers) + 1 ? entry.Metadata.SizeBytes : 0;
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

    // As far as the one and as far as the other the engine may be ahead of what is committed.
    private bool IsBehind(Mark mark) => mark.Files > limits.Window || mark.Waiting >= limits.WindowBytes;

    private FilePath? Middle()
    {
        foreach (var mark in _marks)
        {
            if (IsBehind(mark) && mark.Cost >= _cost / 2)
            {
                return mark.Path;
            }
        }

        return null;
    }

    /// <param name="Files">Up to and including it.</param>
    /// <param name="Waiting">Bytes before it that may be waiting to be read.</param>
    private readonly record struct Mark(FilePath Path, int Files, long Waiting, long Cost);
}
