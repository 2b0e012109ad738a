using System.IO.Enumeration;
using Fixity.Core;

namespace Fixity.Storage.Local.Portable;

/// <summary>Walks a tree depth-first in path order with nothing but the framework's own enumeration.</summary>
internal sealed class PortableWalk(
    string root, PathRange range, IEntryFilter? filter, EntryWriter writer, CancellationToken stop)
    : IBlockingWalk
{
    private static readonly EnumerationOptions EveryEntry = new()
    {
        AttributesToSkip = FileAttributes.None,
        IgnoreInaccessible = false,
        ReturnSpecialDirectories = false,
        RecurseSubdirectories = false,
    };

    private FilePath _inHand;

    public FilePath InHand => _inHand;

    public void Run()
    {
        // Its own stack: a deep tree must not depend on that of the thread.
        var open = new Stack<IEnumerator<Entry>>();
        open.Push(List(default).GetEnumerator());
        while (open.Count > 0)
        {
            stop.ThrowIfCancellationRequested();
            if (!open.Peek().MoveNext())
            {
                open.Pop().Dispose();
            }
            else if (open.Peek().Current is { IsDirectory: true } directory)
            {
                if (range.Overlaps(directory.Path) && filter?.Enters(directory.Path.Bytes) != false)
                {
                    open.Push(List(directory.Path).GetEnumerator());
                }
            }
            else
            {
                Write(open.Peek().Current);
            }
        }
    }

    private List<Entry> List(FilePath rangeKey)
    {
        var entries = new List<Entry>();
        Exception? failure = null;
        _inHand = rangeKey;
        writer.CallBegins();
        try
        {
            var full = FullPath(root, rangeKey);
            entries.AddRange(
                new FileSystemEnumerable<Entry>(full, (ref FileSystemEntry e) => Read(rangeKey, ref e), EveryEntry));
        }
        catch (Exception caught) when (caught is IOException or UnauthorizedAccessException)
        {
            failure = caught;
        }

        writer.CallEnded();
        if (failure is not null)
        {
            writer.Write(StorageEntry.NotListed(rangeKey, PortableFaults.Of(failure), failure.Message));
            return [];
        }

        entries.Sort((left, right) => left.Path.CompareTo(right.Path));
        return entries;
    }

    private void Write(Entry entry)
    {
        if (range.Contains(entry.Path))
        {
            writer.Write(entry.IsLink
                ? StorageEntry.Skipped(entry.Path, SkipKind.SymbolicLink)
                : StorageEntry.File(entry.Path, entry.Metadata));
        }
    }

    internal static string FullPath(string root, FilePath path) =>
        Path.Join(root, PortableName.Unescape(path).Replace('/', Path.DirectorySeparatorChar));

    private static Entry Read(FilePath parent, ref FileSystemEntry entry)
    {
        var path = parent.Append(PortableName.Escape(entry.FileName));
        var isLink = (entry.Attributes & FileAttributes.ReparsePoint) != 0;
        return entry.IsDirectory && !isLink
            ? new Entry(path.AsRangeKey(), IsDirectory: true, IsLink: false, default)
            : new Entry(
                path, IsDirectory: false, isLink,
                new FileMetadata(entry.Length, UnixNanoseconds.From(entry.LastWriteTimeUtc)));
    }

    private sealed record Entry(FilePath Path, bool IsDirectory, bool IsLink, FileMetadata Metadata);
}
