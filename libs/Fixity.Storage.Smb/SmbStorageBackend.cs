using System.Globalization;
using Fixity.Core;
using Fixity.Smb;

namespace Fixity.Storage.Smb;

/// <summary>A folder of an SMB share, on one connection that all calls use together.</summary>
/// <remarks>
/// What is gone counts as gone only if the root, asked afterwards, is still the root that it was: a share whose folder
/// was taken away under a session says of everything that it is gone.
/// </remarks>
/// <param name="owned">Ends with the backend.</param>
internal sealed class SmbStorageBackend(
    ISmbShare share, SmbOptions options, FilePath root, IDisposable? owned = null) : IStorageBackend
{
    // No server says how fine its file system's clock is: the coarsest that is in use (FAT's), as a wait for files
    // written just now.
    private static readonly TimeSpan Granularity = TimeSpan.FromSeconds(2);

    private SmbRoot? _known;

    public StorageCapabilities Capabilities { get; } =
        new(16, HasRawNames: false, HasCtime: true, HasExtendedAttributes: false) { HasFileIds = true };

    public async Task<StorageProbe> ProbeAsync(CancellationToken cancellation)
    {
        var found = await ReadRootAsync(cancellation);
        Volatile.Write(ref _known, found);
        var identity = string.Create(
            CultureInfo.InvariantCulture,
            $"smb:{options.Share.ToUpperInvariant()}/volume:{found.VolumeSerial:x8}/file:{found.FileId}");
        return new StorageProbe(identity, Granularity);
    }

    public IAsyncEnumerable<ReadOnlyMemory<StorageEntry>> ListAsync(
        PathRange range, CancellationToken cancellation, IEntryFilter? filter = null) =>
        new SmbWalk(this, range, filter).RunAsync(cancellation);

    public ValueTask<StorageEntry?> StatAsync(FilePath path, CancellationToken cancellation) => GuardAsync(
        path, async () =>
        {
            if (await share.StatAsync(SmbNames.ToServer(root, path), cancellation) is not { } found)
            {
                await CheckRootAsync(cancellation);
                return (StorageEntry?)null;
            }

            return found.IsReparsePoint ? StorageEntry.Skipped(path, SmbWalk.KindOf(found))
                : found.IsDirectory ? StorageEntry.Skipped(path, SkipKind.Unknown)
                : StorageEntry.File(path, found.ToFile());
        });

    public ValueTask<ExtendedAttributes> ReadAttributesAsync(FilePath path, CancellationToken cancellation) =>
        ValueTask.FromResult(default(ExtendedAttributes));

    public ValueTask<IStorageFile> OpenAsync(FilePath path, ReadSource source, CancellationToken cancellation) => GuardAsync(
        path, async () =>
        {
            try
            {
                var file = await share.OpenAsync(SmbNames.ToServer(root, path), cancellation);
                return (IStorageFile)new SmbStorageFile(file, path.ToOwned());
            }
            catch (SmbException failure) when (failure.Failure == SmbFailure.Gone)
            {
                await CheckRootAsync(cancellation);
                throw;
            }
        });

    public async ValueTask DisposeAsync()
    {
        await share.DisposeAsync();
        owned?.Dispose();
    }

    internal FolderListing Folder(FilePath rangeKey, CancellationToken stop) =>
        new(share, SmbNames.ToServer(root, rangeKey), stop);

    /// <exception cref="StorageException">The root cannot be listed.</exception>
    internal async Task<(FolderListing Listing, ulong FileId)> EnterRootAsync(CancellationToken stop)
    {
        var found = await ReadRootAsync(stop);
        Interlocked.CompareExchange(ref _known, found, null);
        var listing = Folder(default, stop);
        await GuardAsync(default, async () =>
        {
            await listing.EnterAsync();
            return true;
        });
        return (listing, found.FileId);
    }

    /// <exception cref="StorageException">The root is not what it was: nothing below it is known.</exception>
    internal async Task CheckRootAsync(CancellationToken cancellation)
    {
        var found = await ReadRootAsync(cancellation);
        var known = Interlocked.CompareExchange(ref _known, found, null) ?? found;
        if (known != found)
        {
            throw new StorageException(
                StorageFault.Configuration, default, "another folder or another volume is at the root of the share now");
        }
    }

    internal static async ValueTask<T> GuardAsync<T>(FilePath path, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (SmbException failure)
        {
            throw SmbFaults.Exception(failure, path.ToOwned());
        }
    }

    private ValueTask<SmbRoot> ReadRootAsync(CancellationToken cancellation) => GuardAsync(
        default, () => share.ReadRootAsync(SmbNames.ToServer(root, default), cancellation));
}
