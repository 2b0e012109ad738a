using Fixity.Core;
using Microsoft.Win32.SafeHandles;

namespace Fixity.Storage.Local.Linux;

/// <summary>Walks a range of one tree depth-first in path order; what it holds in memory is the directories from the root
/// to where it stands.</summary>
internal sealed class LinuxWalk(SafeFileHandle root, PathRange range, EntryWriter writer, CancellationToken stop)
{
    // Deeper trees than this give up the descriptors of the upper levels and open them again on the way back.
    private const int OpenLevels = 64;

    private readonly List<Level> _levels = [];
    private byte[] _name = new byte[1024];
    private readonly byte[] _listing = new byte[DirectoryNames.ReadBytes];
    private int _depth;
    private byte[] _path = new byte[4096];
    private int _pathLength;
    private long _device;

    public void Run()
    {
        try
        {
            OpenTop();
            while (_depth > 0)
            {
                Step();
            }
        }
        finally
        {
            while (_depth > 0)
            {
                Leave();
            }
        }
    }

    private void OpenTop()
    {
        using var use = new HandleUse(root);
        var descriptor = Descriptors.OpenName(use.Descriptor, ".\0"u8, Libc.Directory);
        if (descriptor < 0)
        {
            throw Errno.Exception(-descriptor, default, "the root cannot be opened");
        }

        Enter(descriptor, atRoot: true);
    }

    private void Step()
    {
        stop.ThrowIfCancellationRequested();
        var level = _levels[_depth - 1];
        if (level.Next == level.Names.Count)
        {
            Leave();
            return;
        }

        if (level.Descriptor < 0 && !Reopen(level))
        {
            return;
        }

        var index = level.Next++;
        _pathLength = level.PathLength;
        AppendToPath(level.Names.Escaped(index));
        if (level.Names.IsDirectory(index))
        {
            StepInto(level);
        }
        else
        {
            StepOver(level, index);
        }
    }

    private void StepOver(Level level, int index)
    {
        // The range is asked with the walk's own bytes; only what lies in it costs memory of a block.
        if (!range.Contains(CurrentPath))
        {
            LookBeforeRange(level);
            return;
        }

        if (level.Names.Skip(index) is { } kind)
        {
            writer.Write(StorageEntry.Skipped(TakePath(), kind));
            return;
        }

        var error = Descriptors.Stat(level.Descriptor, CurrentName(level), out var stat);
        if (error == -Errno.NoEntry)
        {
            return; // Deleted since the listing.
        }

        if (error != 0)
        {
            writer.Write(StorageEntry.Faulty(TakePath(), Errno.Fault(-error), Errno.Text(-error)));
        }
        else if (Descriptors.IsRegular(stat))
        {
            writer.Write(StorageEntry.File(TakePath(), Descriptors.Metadata(stat)));
        }
        else if (Descriptors.IsDirectory(stat))
        {
            WalkLater(level);
        }
        else
        {
            writer.Write(StorageEntry.Skipped(TakePath(), Descriptors.Skip(stat)));
        }
    }

    // A segment may begin between 'd' and 'd/': then nobody else looks whether the listed file is a directory by now.
    private void LookBeforeRange(Level level)
    {
        var nameEnd = _pathLength;
        AppendToPath("/"u8);
        var concerned = range.Overlaps(CurrentPath);
        _pathLength = nameEnd;
        if (!concerned)
        {
            return;
        }

        var error = Descriptors.Stat(level.Descriptor, CurrentName(level), out var stat);
        if (error == 0 ? Descriptors.IsDirectory(stat) : error != -Errno.NoEntry)
        {
            WalkLater(level);
        }
    }

    /// <summary>Puts the name off to its place as a directory: 'd-old' and 'd.csv' sort between 'd' and 'd/'.</summary>
    private void WalkLater(Level level) =>
        level.Names.InsertDirectory(level.Next, _path.AsSpan(level.PathLength, _pathLength - level.PathLength));

    private void StepInto(Level level)
    {
        if (!range.Overlaps(CurrentPath))
        {
            return;
        }

        var name = CurrentName(level);
        var descriptor = Descriptors.OpenName(level.Descriptor, name, Libc.Directory | Libc.NonBlocking);
        if (descriptor >= 0)
        {
            Enter(descriptor, atRoot: false);
        }
        else if (descriptor == -Errno.NoEntry && Descriptors.Stat(level.Descriptor, name, out _) == -Errno.NoEntry)
        {
            // Deleted since the listing; asked twice, because everything below it will count as deleted.
        }
        else
        {
            WriteFault(Errno.Fault(-descriptor), $"the directory cannot be opened: {Errno.Text(-descriptor)}");
        }
    }

    /// <summary>Takes over the descriptor of the directory whose range key is the current path.</summary>
    private void Enter(int descriptor, bool atRoot)
    {
        if (_depth == _levels.Count)
        {
            _levels.Add(new Level());
        }

        var level = _levels[_depth++];
        level.Descriptor = descriptor;
        level.PathLength = _pathLength;
        level.Next = 0;
        level.Names.Clear();

        var error = Descriptors.Stat(descriptor, out var stat);
        if (error != 0)
        {
            WriteFault(Errno.Fault(-error), $"the directory cannot be looked at: {Errno.Text(-error)}");
            return;
        }

        level.Inode = stat.Inode;
        _device = atRoot ? Descriptors.Device(stat) : _device;
        if (Descriptors.Device(stat) != _device || (!atRoot && Descriptors.IsMountRoot(stat)))
        {
            writer.Write(StorageEntry.Skipped(TakePath(), SkipKind.Mount));
            return;
        }

        error = level.Names.Read(descriptor, _listing, stop);
        if (error != 0)
        {
            level.Names.Clear();
            WriteFault(Errno.Fault(-error), $"the directory cannot be listed to its end: {Errno.Text(-error)}");
        }

        ReleaseUpperLevel();
    }

    private void ReleaseUpperLevel()
    {
        if (_depth > OpenLevels)
        {
            var upper = _levels[_depth - OpenLevels - 1];
            CloseDescriptor(upper);
        }
    }

    /// <summary>Opens a directory again on the way back up; another one in its place ends what is left of it.</summary>
    private bool Reopen(Level level)
    {
        _pathLength = level.PathLength;
        using var use = new HandleUse(root);
        var key = CurrentPath;
        var rawPath = PathEscape.Unescape(key.Bytes.TrimEnd(FilePath.Separator));
        var descriptor = Descriptors.OpenBelow(use.Descriptor, rawPath, Libc.Directory);
        var error = descriptor;
        if (descriptor >= 0)
        {
            error = Descriptors.Stat(descriptor, out var stat);
            if (error == 0 && stat.Inode == level.Inode && Descriptors.Device(stat) == _device)
            {
                level.Descriptor = descriptor;
                return true;
            }

            _ = Libc.Close(descriptor);
        }

        level.Next = level.Names.Count;
        WriteFault(
            error < 0 ? Errno.Fault(-error) : StorageFault.Gone,
            error < 0 ? $"the directory cannot be opened again: {Errno.Text(-error)}" : "another directory took its place");
        return false;
    }

    private void Leave()
    {
        var level = _levels[--_depth];
        CloseDescriptor(level);
        level.Names.ReleaseIfLarge();
    }

    private static void CloseDescriptor(Level level)
    {
        if (level.Descriptor >= 0)
        {
            _ = Libc.Close(level.Descriptor);
            level.Descriptor = -1;
        }
    }

    private void WriteFault(StorageFault fault, string message) =>
        writer.Write(StorageEntry.NotListed(TakePath(), fault, message));

    private FilePath CurrentPath => FilePath.FromEscaped(_path.AsMemory(0, _pathLength));

    /// <summary>The raw name of the entry that the current path ends in, terminated for the kernel.</summary>
    private ReadOnlySpan<byte> CurrentName(Level level)
    {
        var escaped = _path.AsSpan(level.PathLength, _pathLength - level.PathLength).TrimEnd(FilePath.Separator);
        if (escaped.Contains((byte)'\\'))
        {
            escaped = PathEscape.Unescape(escaped);
        }

        if (escaped.Length >= _name.Length)
        {
            _name = new byte[escaped.Length + 1];
        }

        escaped.CopyTo(_name);
        _name[escaped.Length] = 0;
        return _name.AsSpan(0, escaped.Length + 1);
    }

    private FilePath TakePath()
    {
        var taken = writer.PathBuffer(_pathLength);
        _path.AsSpan(0, _pathLength).CopyTo(taken.Span);
        return FilePath.FromEscaped(taken);
    }

    private void AppendToPath(ReadOnlySpan<byte> escaped)
    {
        if (_pathLength + escaped.Length > _path.Length)
        {
            Array.Resize(ref _path, Math.Max(_path.Length * 2, _pathLength + escaped.Length));
        }

        escaped.CopyTo(_path.AsSpan(_pathLength));
        _pathLength += escaped.Length;
    }

    private sealed class Level
    {
        public DirectoryNames Names { get; } = new();

        public int Descriptor { get; set; } = -1;

        public ulong Inode { get; set; }

        /// <summary>Of the range key of the directory.</summary>
        public int PathLength { get; set; }

        /// <summary>The name to go on with.</summary>
        public int Next { get; set; }
    }
}
