using System.Runtime.CompilerServices;
using Fixity.Core;

namespace Fixity.Storage.Metering;

/// <summary>Counts each call to a storage, and changes nothing about it. What was cancelled is no failure of the storage's.</summary>
internal sealed class MeteredStorage(IStorageBackend inner, StorageTraffic traffic) : IStorageBackend
{
    public StorageCapabilities Capabilities => inner.Capabilities;

    public async Task<StorageProbe> ProbeAsync(CancellationToken cancellation)
    {
        try
        {
            var probe = await inner.ProbeAsync(cancellation);
            traffic.Succeeded(StorageCall.Probe);
            return probe;
        }
        catch (Exception failure) when (Count(StorageCall.Probe, failure))
        {
            throw;
        }
    }

    public async IAsyncEnumerable<ReadOnlyMemory<StorageEntry>> ListAsync(
        PathRange range, [EnumeratorCancellation] CancellationToken cancellation, IEntryFilter? filter = null)
    {
        await using var entries = inner.ListAsync(range, cancellation, filter).GetAsyncEnumerator(cancellation);
        while (await NextAsync(entries))
        {
            traffic.Listed(entries.Current.Length);
            yield return entries.Current;
        }

        traffic.Succeeded(StorageCall.List);
    }

    public async ValueTask<StorageEntry?> StatAsync(FilePath path, CancellationToken cancellation)
    {
        try
        {
            var entry = await inner.StatAsync(path, cancellation);
            traffic.Succeeded(StorageCall.Stat);
            return entry;
        }
        catch (Exception failure) when (Count(StorageCall.Stat, failure))
        {
            throw;
        }
    }

    public async ValueTask<ExtendedAttributes> ReadAttributesAsync(FilePath path, CancellationToken cancellation)
    {
        try
        {
            var attributes = await inner.ReadAttributesAsync(path, cancellation);
            traffic.Succeeded(StorageCall.Attributes);
            return attributes;
        }
        catch (Exception failure) when (Count(StorageCall.Attributes, failure))
        {
            throw;
        }
    }

    public async ValueTask<IStorageFile> OpenAsync(FilePath path, ReadSource source, CancellationToken cancellation)
    {
        try
        {
            var file = await inner.OpenAsync(path, source, cancellation);
            traffic.Succeeded(StorageCall.Open);
            return new MeteredFile(file, this);
        }
        catch (Exception failure) when (Count(StorageCall.Open, failure))
        {
            throw;
        }
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<ReadOnlyMemory<StorageEntry>> entries)
    {
        try
        {
            return await entries.MoveNextAsync();
        }
        catch (Exception failure) when (Count(StorageCall.List, failure))
        {
            throw;
        }
    }

    // A filter: it counts where the failure passes, and catches nothing.
    private bool Count(StorageCall call, Exception failure)
    {
        if (failure is not OperationCanceledException)
        {
            traffic.Failed(call, failure);
        }

        return false;
    }

    private sealed class MeteredFile(IStorageFile inner, MeteredStorage storage) : IStorageFile
    {
        public StorageEvidence? Evidence => inner.Evidence;

        public FileMetadata? SeenAfterReading => inner.SeenAfterReading;

        public ValueTask<FileMetadata> StatAsync(CancellationToken cancellation) => inner.StatAsync(cancellation);

        public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
        {
            try
            {
                var read = await inner.ReadAsync(offset, buffer, cancellation);
                storage.Traffic.Succeeded(StorageCall.Read);
                storage.Traffic.Read(read);
                return read;
            }
            catch (Exception failure) when (storage.Count(StorageCall.Read, failure))
            {
                throw;
            }
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private StorageTraffic Traffic => traffic;
}
