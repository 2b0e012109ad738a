using System.Runtime.CompilerServices;
using Fixity.Core;
using Fixity.Smb;

namespace Fixity.Storage.Smb;

/// <summary>Walks a range of a share depth-first in path order, a few folders ahead of itself.</summary>
internal sealed class SmbWalk(SmbStorageBackend storage, PathRange range, IEntryFilter? filter)
{
    // A round trip for each folder is what a walk over a network waits for: so many are under way at once.
    private const int FoldersAhead = 8;

    private readonly Stack<Level> _levels = new();
    private readonly EntryPage _page = new();
    private byte[] _path = new byte[1024];

    public async IAsyncEnumerable<ReadOnlyMemory<StorageEntry>> RunAsync(
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            var root = await storage.EnterRootAsync(stop.Token);
            _levels.Push(new Level(root.Listing, 0, root.FileId));
            while (_levels.TryPeek(out var level))
            {
                cancellation.ThrowIfCancellationRequested();
                if (level.Next == level.Listing.Count)
                {
                    _levels.Pop();
                    continue;
                }

                var index = level.Next++;
                var length = Append(level, level.Listing.Name(index));
                if (_page.IsFullFor(length))
                {
                    yield return _page.Entries;
                    _page.Clear();
                }

                if (level.Listing[index].Form == FolderListing.EntryForm.Folder)
                {
                    await EnterAsync(level, index, length, stop.Token);
                }
                else
                {
                    Write(level.Listing[index], length);
                }
            }

            if (!_page.IsEmpty)
            {
                yield return _page.Entries;
            }
        }
        finally
        {
            await stop.CancelAsync();
            foreach (var level in _levels)
            {
                await level.LeaveAsync();
            }
        }
    }

    private void Write(in FolderListing.Entry entry, int length)
    {
        if (!range.Contains(Current(length)))
        {
            return;
        }

        var path = _page.Copy(_path.AsSpan(0, length));
        _page.Add(entry.Form switch
        {
            FolderListing.EntryForm.File => StorageEntry.File(path, entry.Metadata.ToFile()),
            FolderListing.EntryForm.Link => StorageEntry.Skipped(path, KindOf(entry.Metadata)),
            _ => StorageEntry.Faulty(path, StorageFault.ReadFailed, "its name cannot be opened through SMB"),
        });
    }

    /// <summary>What kind of reparse point it is: links lead elsewhere, a volume may be mounted on a folder.</summary>
    public static SkipKind KindOf(in SmbMetadata metadata) => metadata.ReparseTag switch
    {
        0xA000000C => SkipKind.SymbolicLink,
        0xA0000003 => SkipKind.Mount,
        _ => SkipKind.Unknown,
    };

    private async ValueTask EnterAsync(Level level, int index, int length, CancellationToken cancellation)
    {
        var key = Current(length);
        if (!range.Overlaps(key) || filter?.Enters(key.Bytes) == false)
        {
            level.Forget(index);
            return;
        }

        var id = level.Listing[index].Metadata.FileId;
        if (id != 0 && _levels.Any(above => above.FileId == id))
        {
            // The server followed a link back to where we are, and shows no link.
            level.Forget(index);
            Put(length - 1, path => StorageEntry.Skipped(path, SkipKind.SymbolicLink));
            return;
        }

        LookAhead(level, index, cancellation);
        var folder = level.Take(index) ?? Folder(length, cancellation);
        try
        {
            await folder.EnterAsync();
            _levels.Push(new Level(folder, length, id));
        }
        catch (SmbException failure) when (!failure.IsOfAll())
        {
            // Also what may not be listed any more: if the root may not either, that is of the share.
            await storage.CheckRootAsync(cancellation);
            if (failure.Failure != SmbFailure.Gone)
            {
                Put(length, path => StorageEntry.NotListed(path, SmbFaults.Of(failure.Failure), failure.Message));
            }
        }
        catch (SmbException failure)
        {
            throw SmbFaults.Exception(failure, Current(length).ToOwned());
        }
    }

    private void LookAhead(Level level, int index, CancellationToken cancellation)
    {
        for (var next = Math.Max(index + 1, level.LookedTo); next < level.Listing.Count && level.Ahead < FoldersAhead; next++)
        {
            level.LookedTo = next + 1;
            if (level.Listing[next].Form == FolderListing.EntryForm.Folder)
            {
                var saved = Append(level, level.Listing.Name(next));
                if (range.Overlaps(Current(saved)))
                {
                    level.Put(next, Folder(saved, cancellation));
                }
            }
        }

        Append(level, level.Listing.Name(index));
    }

    private FolderListing Folder(int length, CancellationToken cancellation)
    {
        var folder = storage.Folder(Current(length), cancellation);
        folder.Start();
        return folder;
    }

    private void Put(int length, Func<FilePath, StorageEntry> make) =>
        _page.Add(make(_page.Copy(_path.AsSpan(0, length))));

    private int Append(Level level, ReadOnlySpan<byte> name)
    {
        var length = level.PathLength + name.Length;
        if (length > _path.Length)
        {
            Array.Resize(ref _path, 2 * length);
        }

        name.CopyTo(_path.AsSpan(level.PathLength));
        return length;
    }

    private FilePath Current(int length) => FilePath.FromEscaped(_path.AsMemory(0, length));

    /// <summary>A folder between the root and where the walk stands.</summary>
    private sealed class Level(FolderListing listing, int pathLength, ulong fileId)
    {
        private readonly Dictionary<int, FolderListing> _ahead = [];

        public FolderListing Listing => listing;

        public int PathLength => pathLength;

        public ulong FileId => fileId;

        public int Next { get; set; }

        public int LookedTo { get; set; }

        public int Ahead => _ahead.Count;

        public void Put(int index, FolderListing folder) => _ahead.Add(index, folder);

        public FolderListing? Take(int index) => _ahead.Remove(index, out var folder) ? folder : null;

        public void Forget(int index) => _ = Take(index)?.LeaveAsync();

        public async Task LeaveAsync()
        {
            foreach (var folder in _ahead.Values)
            {
                await folder.LeaveAsync();
            }
        }
    }
}
