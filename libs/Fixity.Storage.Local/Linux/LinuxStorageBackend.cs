using System.Text;
using Fixity.Core;
using Microsoft.Win32.SafeHandles;

namespace Fixity.Storage.Local.Linux;

/// <summary>A folder of this Linux machine, local or mounted: names as bytes, times in nanoseconds, no way out of the root.</summary>
/// <remarks>
/// The root is opened once and everything is opened relative to it; only <see cref="ProbeAsync"/> goes by its path, and
/// so sees when something else was mounted there.
/// </remarks>
internal sealed class LinuxStorageBackend(string root, LocalStorageOptions options) : IStorageBackend
{
    // Without waiting for the other end of a pipe that took a file's place; without touching its time of access.
    private static readonly int ReadFlags = Libc.ReadOnly | Libc.NonBlocking;

    private readonly Lock _opening = new();
    private SafeFileHandle? _root;

    // Only the owner of a file (or root) may leave its access time alone; the first refusal is taken for all.
    private volatile bool _maySkipAccessTime = true;

    public StorageCapabilities Capabilities { get; } =
        new(256, HasRawNames: true, HasCtime: true, HasExtendedAttributes: true)
        {
            HasOwnerAndMode = true,
            HasFileIds = true,
        };

    public Task<StorageProbe> ProbeAsync(CancellationToken cancellation) => HangingRoots.RunAsync(root, Probe, cancellation);

    public IAsyncEnumerable<ReadOnlyMemory<StorageEntry>> ListAsync(
        PathRange range, CancellationToken cancellation, IEntryFilter? filter = null) =>
        EntryBlocks.StreamAsync(
            root,
            (writer, part, stop) => new LinuxWalk(Root, part, options, filter, writer, stop),
            range, options.ListingTimeout, TimeProvider.System, cancellation);

    public ValueTask<StorageEntry?> StatAsync(FilePath path, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var use = new HandleUse(Root());
        var descriptor = Descriptors.OpenBelow(use.Descriptor, path, Libc.PathOnly, options.CrossMounts);
        if (descriptor < 0)
        {
            return descriptor switch
            {
                // A segment on the way that is a link or a file now: below it there is nothing of ours.
                -Errno.NoEntry or -Errno.NotDirectory or -Errno.Loop => ValueTask.FromResult<StorageEntry?>(null),

                // What is below a mount is hidden, and not gone.
                -Errno.CrossesMount => ValueTask.FromResult<StorageEntry?>(StorageEntry.Skipped(path, SkipKind.Mount)),
                _ => throw Errno.Exception(-descriptor, path, "the file cannot be looked at"),
            };
        }

        var error = Descriptors.Stat(descriptor, out var stat);
        _ = Libc.Close(descriptor);
        return error != 0
            ? throw Errno.Exception(-error, path, "the file cannot be looked at")
            : ValueTask.FromResult<StorageEntry?>(Descriptors.IsRegular(stat)
                ? StorageEntry.File(path, Descriptors.Metadata(stat))
                : StorageEntry.Skipped(path, Descriptors.Skip(stat)));
    }

    public ValueTask<ExtendedAttributes> ReadAttributesAsync(FilePath path, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var use = new HandleUse(Root());
        using var priority = IdleIo.ForCall(options.IdleIo);
        var descriptor = Descriptors.OpenBelow(use.Descriptor, path, Libc.PathOnly, options.CrossMounts);
        if (descriptor < 0)
        {
            throw Errno.Exception(-descriptor, path, "the file cannot be looked at");
        }

        using var handle = Descriptors.Own(descriptor);
        return ValueTask.FromResult(AttributeDigests.Read(descriptor, path));
    }

    public ValueTask<IStorageFile> OpenAsync(FilePath path, ReadSource source, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var use = new HandleUse(Root());
        using var priority = IdleIo.ForCall(options.IdleIo);
        var (descriptor, isDirect) = OpenFile(use.Descriptor, path, source);
        if (descriptor < 0)
        {
            throw Errno.Exception(-descriptor, path, "the file cannot be opened");
        }

        var error = Descriptors.Stat(descriptor, out var stat, isDirect ? Libc.StatxDirectAlignment : 0);
        if (error != 0 || !Descriptors.IsRegular(stat))
        {
            _ = Libc.Close(descriptor);
            throw error != 0
                ? Errno.Exception(-error, path, "the open file cannot be looked at")
                : new StorageException(StorageFault.NotRegular, path, "it is no longer a regular file");
        }

        var isBig = stat.Size > CacheDropping.BigFileBytes;
        if (source != ReadSource.Cache && !isDirect)
        {
            CacheDropping.All(descriptor);
            if (isBig)
            {
                _ = Libc.Advise(descriptor, 0, 0, Libc.AdviseSequential);
            }
        }

        var metadata = Descriptors.Metadata(stat);
        return ValueTask.FromResult<IStorageFile>(
            new LinuxFile(descriptor, path, metadata, options.IdleIo)
            {
                Mapped = MappedWrites.Of(metadata),
                Dropping = isBig && source != ReadSource.Cache ? new CacheDropping() : null,
                Direct = isDirect ? DirectReads.For(stat) : null,
            });
    }

    public ValueTask DisposeAsync()
    {
        lock (_opening)
        {
            _root?.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private (int Descriptor, bool IsDirect) OpenFile(int directory, FilePath path, ReadSource source)
    {
        if (source == ReadSource.Direct)
        {
            var direct = OpenFile(directory, path, ReadFlags | Libc.Direct);
            if (direct != -Errno.Invalid)
            {
                return (direct, true);
            }
        }

        return (OpenFile(directory, path, ReadFlags), false);
    }

    private int OpenFile(int directory, FilePath path, int flags)
    {
        if (_maySkipAccessTime)
        {
            var descriptor = Descriptors.OpenBelow(
                directory, path, flags | Libc.NoAccessTime, options.CrossMounts);
            if (descriptor != -Errno.NotPermitted)
            {
                return descriptor;
            }

            _maySkipAccessTime = false;
        }

        return Descriptors.OpenBelow(directory, path, flags, options.CrossMounts);
    }

    private StorageProbe Probe()
    {
        using var handle = OpenRoot();
        var descriptor = (int)handle.DangerousGetHandle();
        var probe = LinuxProbe.Of(descriptor, options.CrossMounts);
        if (options.Mount is { } mount)
        {
            probe = probe with { Identity = $"{probe.Identity}/{mount.Require(descriptor, root)}" };
        }

        // The first probe's root is the one that is walked: nothing fits between the check and the walk.
        if (Volatile.Read(ref _root) is null)
        {
            Keep(Descriptors.Own(Descriptors.OpenName(descriptor, ".\0"u8, Libc.Directory)));
        }

        return probe;
    }

    private SafeFileHandle Root() => Volatile.Read(ref _root) ?? Keep(OpenRoot());

    // The opening may hang, so it is not done under the lock.
    private SafeFileHandle Keep(SafeFileHandle opened)
    {
        lock (_opening)
        {
            if (_root is null)
            {
                Volatile.Write(ref _root, opened);
            }
            else
            {
                opened.Dispose();
            }

            return _root;
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
        return new StorageException(fault, default, $"the root {root} cannot be opened: {Errno.Text(errno)}")
        {
            Reason = fault != StorageFault.Configuration ? null
                : Errno.Fault(errno) == StorageFault.Denied ? StorageReasons.AccessDenied
                : StorageReasons.RootMissing,
        };
    }
}
