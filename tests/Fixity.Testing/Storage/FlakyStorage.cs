using System.Runtime.CompilerServices;
using Fixity.Core;
using Fixity.Storage;

namespace Fixity.Testing.Storage;

/// <summary>A storage over a bad line: every so many calls the connection is lost, and files that are open with it.</summary>
/// <param name="every">Calls from one loss to the next.</param>
public sealed class FlakyStorage(IStorageBackend inner, int every) : IStorageBackend
{
    private int _calls;
    private int _losses;

    /// <summary>True: every call fails from now on.</summary>
    public bool IsAway { get; set; }

    /// <summary>True: only what is asked of files fails.</summary>
    public bool ForgetsFiles { get; set; }

    public int Losses => _losses;

    public StorageCapabilities Capabilities => inner.Capabilities;

    public async Task<StorageProbe> ProbeAsync(CancellationToken cancellation)
    {
        if (!ForgetsFiles)
        {
            Pass(default);
        }

        return await inner.ProbeAsync(cancellation);
    }

    public async IAsyncEnumerable<ReadOnlyMemory<StorageEntry>> ListAsync(
        PathRange range, [EnumeratorCancellation] CancellationToken cancellation, IEntryFilter? filter = null)
    {
        Pass(default);
        await foreach (var block in inner.ListAsync(range, cancellation, filter))
        {
            // In pieces, so that it can break anywhere.
            for (var i = 0; i < block.Length; i += 2)
            {
                yield return block[i..Math.Min(i + 2, block.Length)];
                Pass(default);
            }
        }
    }

    public ValueTask<StorageEntry?> StatAsync(FilePath path, CancellationToken cancellation)
    {
        Pass(path);
        return inner.StatAsync(path, cancellation);
    }

    public ValueTask<ExtendedAttributes> ReadAttributesAsync(FilePath path, CancellationToken cancellation)
    {
        Pass(path);
        return inner.ReadAttributesAsync(path, cancellation);
    }

    public async ValueTask<IStorageFile> OpenAsync(FilePath path, ReadSource source, CancellationToken cancellation)
    {
        Pass(path);
        return new FlakyFile(this, await inner.OpenAsync(path, source, cancellation), path);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private void Pass(FilePath path)
    {
        if (IsAway || (ForgetsFiles && !path.IsRoot) || Interlocked.Increment(ref _calls) % every == 0)
        {
            Interlocked.Increment(ref _losses);
            throw new StorageException(StorageFault.Connection, path, "the line was cut")
            {
                Reason = StorageReasons.ConnectionLost,
            };
        }
    }

    private sealed class FlakyFile(FlakyStorage storage, IStorageFile inner, FilePath path) : IStorageFile
    {
        private readonly int _opened = storage.Losses;

        public ValueTask<FileMetadata> StatAsync(CancellationToken cancellation)
        {
            Check();
            return inner.StatAsync(cancellation);
        }

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
        {
            Check();
            return inner.ReadAsync(offset, buffer, cancellation);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();

        private void Check()
        {
            if (_opened != storage.Losses)
            {
                throw new StorageException(StorageFault.Connection, path, "the line was cut since it was opened");
            }

            storage.Pass(path);
        }
    }
}
