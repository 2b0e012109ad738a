using Fixity.Core;
using Microsoft.Win32.SafeHandles;

namespace Fixity.Storage.Local.Linux;

/// <summary>Walks a range of one tree depth-first in path order; what it holds in memory is the directories from the root
/// to where it stands.</summary>
internal sealed unsafe class LinuxWalk(
    Func<SafeFileHandle> openRoot, PathRange range, LocalStorageOptions options, IEntryFilter? filter,
    EntryWriter writer, CancellationToken stop)
    : IBlockingWalk
{
    // Deeper trees than this give up the descriptors of the upper levels and open them again on the way back.
    private const int OpenLevels = 64;

    private readonly List<WalkLevel> _levels = [];
    private readonly byte[] _listing = GC.AllocateUninitializedArray<byte>(DirectoryNames.ReadBytes);
    private readonly WalkPath _path = new();
    private int _depth;
    private int _inHand;
    private SafeFileHandle? _root;

    // One for all calls: on the stack its 256 bytes would be cleared for each.
    private StatxBuffer _stat;

    public FilePath InHand => _path.UpTo(_inHand);

    public void Run()
    {
        if (options.IdleIo)
        {
            IdleIo.SetForThread();
        }

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
            _levels.ForEach(level => level.Dispose());
        }
    }

    private void OpenTop()
    {
        if (StillHangs())
        {
            return;
        }

        writer.CallBegins();
        _root = openRoot();
        int descriptor;
        using (var use = new HandleUse(_root))
        {
            descriptor = Descriptors.OpenName(use.Descriptor, ".\0"u8, Libc.Directory);
        }

        EndCall(descriptor);
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
        _path.Cut(level.PathLength);
        _path.Append(level.Names.Escaped(index));
        if (level.Names.IsDirectory(index))
        {
            StepInto(level);
        }
        else
        {
            StepOver(level, index);
        }
    }

    private void StepOver(WalkLevel level, int index)
    {
        // The range is asked with the walk's own bytes; only what lies in it costs memory of a block.
        if (!level.IsInside && !range.Contains(_path.Current))
        {
            LookBeforeRange(level);
            return;
        }

        if (level.Names.Skip(index) is { } kind)
        {
            writer.Write(StorageEntry.Skipped(TakePath(), kind));
            return;
        }

        var terminated = level.Names.Terminated(index);
        var error = terminated is null
            ? Stat(level)
            : Stat(level, terminated);
        if (error == -Errno.NoEntry)
        {
            return; // Deleted since the listing.
        }

        if (error != 0)
        {
            writer.Write(StorageEntry.Faulty(TakePath(), Errno.Fault(-error), Errno.Text(-error)));
        }
        else if (Descriptors.IsDirectory(_stat))
        {
            WalkLater(level);
        }
        else if (Descriptors.IsMountRoot(_stat))
        {
            StepOverMount(level);
        }
        else
        {
            writer.Write(Descriptors.IsRegular(_stat)
                ? StorageEntry.File(TakePath(), Descriptors.Metadata(_stat))
                : StorageEntry.Skipped(TakePath(), Descriptors.Skip(_stat)));
        }
    }

    // A single file with something mounted over it.
    private void StepOverMount(WalkLevel level)
    {
        if (!options.CrossMounts || !Descriptors.IsRegular(_stat))
        {
            writer.Write(StorageEntry.Skipped(
                TakePath(), options.CrossMounts ? Descriptors.Skip(_stat) : SkipKind.Mount));
            return;
        }

        writer.CallBegins();
        var descriptor = Descriptors.OpenName(
            level.Descriptor, WalkPath.Terminated(_path.From(level.PathLength)), Libc.PathOnly);
        EndCall(descriptor);
        var identity = "";
        var error = descriptor < 0 ? descriptor : LinuxProbe.OfMount(descriptor, inode: null, out identity);
        if (descriptor >= 0)
        {
            _ = Libc.Close(descriptor);
        }

        writer.Write(error == 0
            ? StorageEntry.File(TakePath(), Descriptors.Metadata(_stat)) with { Mount = identity }
            : StorageEntry.Faulty(TakePath(), Errno.Fault(-error), Errno.Text(-error)));
    }

    // A segment may begin between 'd' and 'd/': then nobody else looks whether the listed file is a directory by now.
    private void LookBeforeRange(WalkLevel level)
    {
        var nameEnd = _path.Length;
        _path.Append("/"u8);
        var concerned = range.Overlaps(_path.Current);
        _path.Cut(nameEnd);
        if (!concerned)
        {
            return;
        }

        var error = Stat(level);
        if (error == 0 ? Descriptors.IsDirectory(_stat) : error != -Errno.NoEntry)
        {
            WalkLater(level);
        }
    }

    /// <summary>Puts the name off to its place as a directory: 'd-old' and 'd.csv' sort between 'd' and 'd/'.</summary>
    private void WalkLater(WalkLevel level) =>
        level.Names.InsertDirectory(level.Next, _path.From(level.PathLength));

    private void StepInto(WalkLevel level)
    {
        if ((!level.IsInside && !range.Overlaps(_path.Current)) || filter?.Enters(_path.Current.Bytes) == false
            || StillHangs())
        {
            return;
        }

        var name = WalkPath.Terminated(_path.From(level.PathLength));
        _inHand = _path.Length;
        writer.CallBegins();
        var descriptor = Descriptors.OpenBelow(
            level.Descriptor, name[..^1], Libc.Directory | Libc.NonBlocking, options.CrossMounts);
        EndCall(descriptor);
        if (descriptor >= 0)
        {
            Enter(descriptor, atRoot: false);
        }
        else if (descriptor == -Errno.CrossesMount)
        {
            writer.Write(StorageEntry.Skipped(TakePath(), SkipKind.Mount));
        }
        else if (descriptor == -Errno.NoEntry && Stat(level) == -Errno.NoEntry)
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
            _levels.Add(new WalkLevel());
        }

        var above = atRoot ? null : _levels[_depth - 1];
        var level = _levels[_depth++];
        level.Begin(descriptor, _path.Length);
        level.IsInside = above is { IsInside: true } || Holds(_path.Current);
        _inHand = _path.Length;

        writer.CallBegins();
        var error = Descriptors.Stat(descriptor, out _stat);
        writer.CallEnded();
        if (error != 0)
        {
            WriteFault(Errno.Fault(-error), $"the directory cannot be looked at: {Errno.Text(-error)}");
            return;
        }

        level.Inode = _stat.Inode;
        level.Device = Descriptors.Device(_stat);

        // A subvolume is a mount to us, though nothing is mounted there: its numbers of files are its own.
        var isMount = above is not null && (level.Device != above.Device || Descriptors.IsMountRoot(_stat));
        if (isMount && !options.CrossMounts)
        {
            writer.Write(StorageEntry.Skipped(TakePath(), SkipKind.Mount));
            return;
        }

        error = level.Names.Read(descriptor, _listing, writer, stop);
        var identity = "";
        if (error == 0 && isMount)
        {
            writer.CallBegins();
            error = LinuxProbe.OfMount(descriptor, level.Inode, out identity);
            writer.CallEnded();
        }

        if (error == 0 && isMount)
        {
            writer.Write(StorageEntry.Mounted(TakePath(), identity));
        }
        else if (error != 0)
        {
            level.Names.Clear();
            WriteFault(Errno.Fault(-error), $"the directory cannot be listed to its end: {Errno.Text(-error)}");
        }

        ReleaseUpperLevel();
    }

    /// <summary>Whether the range holds everything below the directory of this key; what it starts behind lies before it.</summary>
    private bool Holds(FilePath key)
    {
        if (!range.Contains(key))
        {
            return false;
        }

        return range.To is not { } end || (!key.IsRoot && !end.IsBelow(key));
    }

    private void ReleaseUpperLevel()
    {
        if (_depth > OpenLevels)
        {
            _levels[_depth - OpenLevels - 1].Close();
        }
    }

    /// <summary>Opens a directory again on the way back up; another one in its place ends what is left of it.</summary>
    private bool Reopen(WalkLevel level)
    {
        _path.Cut(level.PathLength);
        _inHand = _path.Length;
        var rawPath = PathEscape.Unescape(_path.Bytes.TrimEnd(FilePath.Separator));
        writer.CallBegins();
        int descriptor;
        int error;
        using (var use = new HandleUse(_root!))
        {
            descriptor = Descriptors.OpenBelow(use.Descriptor, rawPath, Libc.Directory, options.CrossMounts);
            error = descriptor < 0 ? descriptor : Descriptors.Stat(descriptor, out _stat);
        }

        EndCall(descriptor);
        if (error == 0 && _stat.Inode == level.Inode && Descriptors.Device(_stat) == level.Device)
        {
            level.OpenAgain(descriptor);
            return true;
        }

        if (descriptor >= 0)
        {
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
        level.Close();
        level.Names.ReleaseIfLarge();
    }

    private int Stat(WalkLevel level)
    {
        fixed (byte* name = WalkPath.Terminated(_path.From(level.PathLength)))
        {
            return Stat(level, name);
        }
    }

    private int Stat(WalkLevel level, byte* name)
    {
        _inHand = level.PathLength;
        fixed (StatxBuffer* buffer = &_stat)
        {
            writer.CallBegins();
            var error = Descriptors.Stat(level.Descriptor, name, Libc.SymlinkNoFollow, Libc.StatxBasic, buffer);
            writer.CallEnded();
            return error;
        }
    }

    /// <summary>Ends a call that opened something, which is closed if the call took so long that nobody wants it.</summary>
    private void EndCall(int descriptor)
    {
        try
        {
            writer.CallEnded();
        }
        catch (OperationCanceledException) when (descriptor >= 0)
        {
            _ = Libc.Close(descriptor);
            throw;
        }
    }

    private bool StillHangs()
    {
        var hangs = writer.StillHangs(_path.Current);
        if (hangs)
        {
            WriteFault(StorageFault.Timeout, "an earlier call for this directory has not returned to this day");
        }

        return hangs;
    }

    private void WriteFault(StorageFault fault, string message) =>
        writer.Write(StorageEntry.NotListed(TakePath(), fault, message));

    private FilePath TakePath()
    {
        var taken = writer.PathBuffer(_path.Length);
        _path.Bytes.CopyTo(taken.Span);
        return FilePath.FromEscaped(taken);
    }
}
