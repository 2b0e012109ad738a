using Fixity.Core;

namespace Fixity.Storage.S3;

/// <summary>A prefix of a bucket as a root: keys are paths, folders are only a way to write them.</summary>
/// <remarks>
/// Objects are written whole and anew, so that time and tag tell every change. There is no owner, no mode, no link and
/// no cache to read past; <see cref="ReadSource"/> makes no difference.
/// </remarks>
internal sealed class S3StorageBackend(S3Connection connection, S3Session session, S3StorageOptions options)
    : IStorageBackend
{
    private readonly S3Calls _calls = new(session.Client, connection.Bucket, options);
    private readonly S3Keys _keys = new(connection.Prefix);

    public StorageCapabilities Capabilities { get; } =
        new(64, HasRawNames: false, HasCtime: true, HasExtendedAttributes: false) { HasVersionTags = true };

    public async Task<StorageProbe> ProbeAsync(CancellationToken cancellation)
    {
        // First what says in words why not: an answer to a HEAD has no body.
        await _calls.ListAsync(connection.Prefix, null, null, 1, cancellation);
        var region = await _calls.RegionAsync(cancellation) ?? connection.Region;
        var endpoint = connection.Endpoint?.Authority ?? "amazon";
        return new StorageProbe(
            $"s3:{endpoint}/region:{region}/bucket:{connection.Bucket}/prefix:{connection.Prefix}",
            S3Objects.MtimeGranularity);
    }

    public IAsyncEnumerable<ReadOnlyMemory<StorageEntry>> ListAsync(
        PathRange range, CancellationToken cancellation, IEntryFilter? filter = null) =>
        new S3Listing(_calls, _keys, range, filter, TimeProvider.System).RunAsync(cancellation);

    public async ValueTask<StorageEntry?> StatAsync(FilePath path, CancellationToken cancellation)
    {
        var key = KeyOrNull(path);
        if (key is null)
        {
            return null;
        }

        try
        {
            var found = await _calls.HeadAsync(key, path, cancellation);
            var metadata = S3Objects.Metadata(key, found.Headers.ContentLength, found.LastModified, found.ETag);
            var isRestored = found.RestoreInProgress != true && found.RestoreExpiration is not null;
            return S3Objects.IsArchived(found.StorageClass?.Value, isRestored) || (found.ArchiveStatus is not null && !isRestored)
                ? StorageEntry.Skipped(path, SkipKind.Archived)
                : StorageEntry.File(path, metadata);
        }
        catch (StorageException failure) when (failure.Fault == StorageFault.Gone)
        {
            // "Not found" is also what a HEAD of a bucket that is gone says, and only the bucket's listing tells.
            await _calls.ListAsync(key, null, null, 1, cancellation);
            return null;
        }
    }

    public async ValueTask<ExtendedAttributes> ReadAttributesAsync(FilePath path, CancellationToken cancellation) =>
        await StatAsync(path, cancellation) is null
            ? throw new StorageException(StorageFault.Gone, path, "there is no such object")
            : default;

    public async ValueTask<IStorageFile> OpenAsync(FilePath path, ReadSource source, CancellationToken cancellation)
    {
        var owned = path.ToOwned();
        var key = _keys.KeyOf(owned);
        try
        {
            var opened = await _calls.GetAsync(key, owned, cancellation);
            var metadata = S3Objects.Metadata(key, opened.ContentLength, opened.LastModified, opened.ETag);
            return new S3File(_calls, key, owned, opened, metadata);
        }
        catch (StorageException failure) when (failure.Fault == StorageFault.Gone)
        {
            var below = await _calls.ListAsync(key + "/", null, null, 1, cancellation);
            throw below.S3Objects is { Count: > 0 }
                ? new StorageException(StorageFault.NotRegular, owned, "there are only objects below it", failure)
                : failure;
        }
    }

    public ValueTask DisposeAsync()
    {
        session.Dispose();
        return ValueTask.CompletedTask;
    }

    private string? KeyOrNull(FilePath path)
    {
        try
        {
            return _keys.KeyOf(path);
        }
        catch (StorageException failure) when (failure.Fault == StorageFault.Gone)
        {
            return null;
        }
    }
}
