using Fixity.Core;

namespace Fixity.Storage.Retrying;

/// <summary>An open file that is opened again when its connection was lost, and read on if it is still the same.</summary>
internal sealed class RetryingFile(
    RetryingStorage storage, IStorageFile file, FilePath path, ReadSource source, FileMetadata opened) : IStorageFile
{
    private IStorageFile? _file = file;
    private bool _lookedAt;

    // Of the file that was opened first: it is read on only while it is the same.
    public StorageEvidence? Evidence { get; } = file.Evidence;

    // Of the one that is open now: what went on in another's place does not say it.
    public FileMetadata? SeenAfterReading => _file?.SeenAfterReading;

    public ValueTask<FileMetadata> StatAsync(CancellationToken cancellation)
    {
        if (!_lookedAt)
        {
            _lookedAt = true;
            return ValueTask.FromResult(opened);
        }

        return RunAsync(
            static (file, _, stop) => file.StatAsync(stop), (Offset: 0L, Buffer: Memory<byte>.Empty), cancellation);
    }

    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation) => RunAsync(
        static (file, wanted, stop) => file.ReadAsync(wanted.Offset, wanted.Buffer, stop),
        (Offset: offset, Buffer: buffer), cancellation);

    public ValueTask DisposeAsync() => _file?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async ValueTask<T> RunAsync<T>(
        Func<IStorageFile, (long Offset, Memory<byte> Buffer), CancellationToken, ValueTask<T>> call,
        (long Offset, Memory<byte> Buffer) wanted, CancellationToken cancellation)
    {
        Attempts? attempts = null;
        while (true)
        {
            try
            {
                if (_file is { } open || (open = await ReopenAsync(cancellation)) is not null)
                {
                    return await call(open, wanted, cancellation);
                }
            }
            catch (StorageException failure) when (failure.Fault == StorageFault.Connection)
            {
                await CloseAsync();
                attempts ??= storage.NewAttempts();
                if (!await attempts.PauseAsync(cancellation))
                {
                    throw await storage.VerdictAsync(failure, path, cancellation);
                }

                continue;
            }

            throw new StorageException(
                StorageFault.Changed, path, "the connection was lost, and when it came back the file was another");
        }
    }

    /// <returns>Null: it is not what it was, and half of each would be read.</returns>
    private async ValueTask<IStorageFile?> ReopenAsync(CancellationToken cancellation)
    {
        _file = await storage.OpenOnceAsync(path, source, cancellation);
        if (opened.SameMomentAs(await _file.StatAsync(cancellation)))
        {
            return _file;
        }

        await CloseAsync();
        return null;
    }

    private async ValueTask CloseAsync()
    {
        if (_file is { } broken)
        {
            _file = null;
            await broken.DisposeAsync();
        }
    }
}
