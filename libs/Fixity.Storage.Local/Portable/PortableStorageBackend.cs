using System.Globalization;
using Fixity.Core;
using Microsoft.Win32.SafeHandles;

namespace Fixity.Storage.Local.Portable;

/// <summary>A folder of any machine that .NET runs on: the same answers as the Linux backend, as far as .NET can give them.</summary>
/// <remarks>
/// No inode, owner or ctime; times to 100 ns; links are refused by their attribute just before the opening, which leaves
/// a moment in between that the Linux backend does not have. There is no call to drop pages from a cache here, so every
/// <see cref="ReadSource"/> reads alike; nor one for an idle I/O class. A volume mounted on a folder is a link to .NET
/// (a reparse point), and so skipped, whatever <see cref="LocalStorageOptions.CrossMounts"/> says; elsewhere than on
/// Windows mounts do not show, and are crossed. Times: NTFS and APFS are finer than the clock, FAT is not, and no call
/// says which it is; two seconds cost a wait only for files written just now.
/// </remarks>
internal sealed class PortableStorageBackend(string root, LocalStorageOptions options) : IStorageBackend
{
    public StorageCapabilities Capabilities { get; } =
        new(64, HasRawNames: false, HasCtime: false, HasExtendedAttributes: false);

    public Task<StorageProbe> ProbeAsync(CancellationToken cancellation) => Task.Run(Probe, cancellation);

    public IAsyncEnumerable<ReadOnlyMemory<StorageEntry>> ListAsync(
        PathRange range, CancellationToken cancellation, IEntryFilter? filter = null)
    {
        Probe();
        return EntryBlocks.StreamAsync(
            root,
            (writer, part, stop) => new PortableWalk(root, part, filter, writer, stop),
            range, options.ListingTimeout, TimeProvider.System, cancellation);
    }

    public ValueTask<StorageEntry?> StatAsync(FilePath path, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            var file = new FileInfo(PortableWalk.FullPath(root, path));
            if (!file.Exists)
            {
                return ValueTask.FromResult<StorageEntry?>(
                    Directory.Exists(file.FullName) ? StorageEntry.Skipped(path, SkipKind.Unknown) : null);
            }

            return ValueTask.FromResult<StorageEntry?>(file.Attributes.HasFlag(FileAttributes.ReparsePoint)
                ? StorageEntry.Skipped(path, SkipKind.SymbolicLink)
                : StorageEntry.File(path, Metadata(file.Length, file.LastWriteTimeUtc)));
        }
        catch (Exception failure) when (failure is IOException and not StorageException or UnauthorizedAccessException)
        {
            throw new StorageException(PortableFaults.Of(failure), path, failure.Message, failure);
        }
    }

    public ValueTask<ExtendedAttributes> ReadAttributesAsync(FilePath path, CancellationToken cancellation) =>
        ValueTask.FromResult(default(ExtendedAttributes));

    public async ValueTask<IStorageFile> OpenAsync(FilePath path, ReadSource source, CancellationToken cancellation)
    {
        switch (await StatAsync(path, cancellation))
        {
            case null:
                throw new StorageException(StorageFault.Gone, path, "the file is gone");
            case { Kind: EntryKind.Skipped }:
                throw new StorageException(StorageFault.NotRegular, path, "it is no longer a regular file");
        }

        try
        {
            return new PortableFile(
                File.OpenHandle(
                    PortableWalk.FullPath(root, path), FileMode.Open, FileAccess.Read,
                    FileShare.ReadWrite | FileShare.Delete),
                path);
        }
        catch (Exception failure) when (failure is IOException and not StorageException or UnauthorizedAccessException)
        {
            throw new StorageException(PortableFaults.Of(failure), path, failure.Message, failure);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static FileMetadata Metadata(long length, DateTime modifiedUtc) =>
        new(length, UnixNanoseconds.From(new DateTimeOffset(modifiedUtc, TimeSpan.Zero)));

    private StorageProbe Probe()
    {
        var directory = new DirectoryInfo(root);
        if (!directory.Exists)
        {
            throw new StorageException(StorageFault.Configuration, default, $"the root {root} is not a directory");
        }

        // Elsewhere the framework makes a time of creation up from the others, and it moves with them.
        var created = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? directory.CreationTimeUtc.Ticks : 0;
        return new StorageProbe(
            string.Create(CultureInfo.InvariantCulture, $"dir:{directory.FullName}/created:{created}"),
            TimeSpan.FromSeconds(2));
    }

    private sealed class PortableFile(SafeFileHandle handle, FilePath path) : IStorageFile
    {
        public ValueTask<FileMetadata> StatAsync(CancellationToken cancellation) => Guard(
            () => ValueTask.FromResult(Metadata(RandomAccess.GetLength(handle), File.GetLastWriteTimeUtc(handle))));

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            return Guard(() => ValueTask.FromResult(RandomAccess.Read(handle, buffer.Span, offset)));
        }

        public ValueTask DisposeAsync()
        {
            handle.Dispose();
            return ValueTask.CompletedTask;
        }

        private T Guard<T>(Func<T> call)
        {
            try
            {
                return call();
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new StorageException(PortableFaults.Of(failure), path, failure.Message, failure);
            }
        }
    }
}
