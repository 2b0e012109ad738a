using System.Text;
using Fixity.Core;
using Microsoft.Win32.SafeHandles;

namespace Fixity.Storage.Local.Linux;

/// <summary>A folder of this Linux machine, local or mounted: names as bytes, times in nanoseconds, no way out of the root.</summary>
/// <remarks>
/// The root is opened once and everything is opened relative to it; only <see cref="ProbeAsync"/> goes by its path, and
/// so sees when something else was mounted there.
/// </remarks>
internal sealed class LinuxStorageBackend(string root) : IStorageBackend
{
    // Without waiting for the other end of a pipe that took a file's place; without touching its time of access.
    private static readonly int ReadFlags = Libc.ReadOnly | Libc.NonBlocking;

    private readonly Lock _opening = new();
    private SafeFileHandle? _root;

    // Only the owner of a file (or root) may leave its access time alone; the first refusal is taken for all.
    private volatile bool _maySkipAccessTime = true;

    // Kernels before 6.13 take mtime from a clock that ticks every 1 to 10 ms.
    public StorageCapabilities Capabilities { get; } = new(256, TimeSpan.FromMilliseconds(10), HasRawNames: true);

    public Task<StorageProbe> ProbeAsync(CancellationToken cancellation) => Task.Run(Probe, cancellation);

    public IAsyncEnumerable<ReadOnlyMemory<StorageEntry>> ListAsync(PathRange range, CancellationToken cancellation)
    {
        var directory = Root();
        return EntryBlocks.StreamAsync(
            (writer, stop) => new LinuxWalk(directory, range, writer, stop).Run(), cancellation);
    }

    public ValueTask<StorageEntry?> StatAsync(FilePath path, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var use = new HandleUse(Root());
        var descriptor = Descriptors.OpenBelow(use.Descriptor, path.ToRaw(), Libc.PathOnly);
        if (descriptor < 0)
        {
            // A segment on the way that is a link or a file now: below it there is nothing of ours.
            return descriptor is -Errno.NoEntry or -Errno.NotDirectory or -Errno.Loop
                ? ValueTask.FromResult<StorageEntry?>(null)
                : throw Errno.Exception(-descriptor, path, "the file cannot be looked at");
        }

        using var handle = Descriptors.Own(descriptor);
        var error = Descriptors.Stat(descriptor, out var stat);
        return error != 0
            ? throw Errno.Exception(-error, path, "the file cannot be looked at")
            : ValueTask.FromResult<StorageEntry?>(Descriptors.IsRegular(stat)
                ? StorageEntry.File(path, Descriptors.Metadata(stat))
                : StorageEntry.Skipped(path, Descriptors.Skip(stat)));
    }

    public ValueTask<IStorageFile> OpenAsync(FilePath path, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var use = new HandleUse(Root());
        var descriptor = OpenFile(use.Descriptor, path.ToRaw());
        if (descriptor < 0)
        {
            throw Errno.Exception(-descriptor, path, "the file cannot be opened");
        }

        var handle = Descriptors.Own(descriptor);
        var error = Descriptors.Stat(descriptor, out var stat);
        if (error == 0 && Descriptors.IsRegular(stat))
        {
            return ValueTask.FromResult<IStorageFile>(new LinuxFile(handle, path));
        }

        handle.Dispose();
        throw error != 0
            ? Errno.Exception(-error, path, "the open file cannot be looked at")
            : new StorageException(StorageFault.NotRegular, path, "it is no longer a regular file");
    }

    public ValueTask DisposeAsync()
    {
        lock (_opening)
        {
            _root?.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private int OpenFile(int directory, byte[] rawPath)
    {
        if (_maySkipAccessTime)
        {
            var descriptor = Descriptors.OpenBelow(directory, rawPath, ReadFlags | Libc.NoAccessTime);
            if (descriptor != -Errno.NotPermitted)
            {
                return descriptor;
            }

            _maySkipAccessTime = false;
        }

        return Descriptors.OpenBelow(directory, rawPath, ReadFlags);
    }

    private StorageProbe Probe()
    {
        using var handle = OpenRoot();
        var identity = LinuxIdentity.Of((int)handle.DangerousGetHandle());
        lock (_opening)
        {
            // The first probe's root is the one that is walked: nothing fits between the check and the walk.
            _root ??= Descriptors.Own(Descriptors.OpenName((int)handle.DangerousGetHandle(), ".\0"u8, Libc.Directory));
        }

        return new StorageProbe(identity);
    }

    private SafeFileHandle Root()
    {
        lock (_opening)
        {
            return _root ??= OpenRoot();
        }
    }

    private SafeFileHandle OpenRoot()
    {
        // The root's own path may lead through links: it is the operator's word, not the storage's.
        var path = Encoding.UTF8.GetBytes(root + "/.\0");
        var descriptor = Descriptors.OpenName(-100, path, Libc.Directory);
        return descriptor >= 0 ? Descriptors.Own(descriptor) : throw RootFault(-descriptor);
    }

    private StorageException RootFault(int errno)
    {
        var fault = Errno.Fault(errno) switch
        {
            StorageFault.Gone or StorageFault.NotRegular or StorageFault.Denied => StorageFault.Configuration,
            var other => other,
        };
        return new StorageException(fault, default, $"the root {root} cannot be opened: {Errno.Text(errno)}");
    }
}
