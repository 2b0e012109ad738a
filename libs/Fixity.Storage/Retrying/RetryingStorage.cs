using Fixity.Core;

namespace Fixity.Storage.Retrying;

/// <summary>Tries again what a lost connection broke, and goes on where it broke off.</summary>
/// <remarks>
/// <para><see cref="StorageFault.Connection"/> alone. A refused login is <see cref="StorageFault.Configuration"/> and never
/// tried again: accounts get locked.</para>
/// <para>What still fails when the patience is over is either of that one file (the root answers: the fault has no
/// <see cref="StorageException.Reason"/>) or of the storage as a whole (it has one).</para>
/// </remarks>
public sealed class RetryingStorage(IStorageBackend inner, RetryPolicy policy, TimeProvider clock) : IStorageBackend
{
    public StorageCapabilities Capabilities => inner.Capabilities;

    public async Task<StorageProbe> ProbeAsync(CancellationToken cancellation) => await RunAsync(
        static async (storage, _, stop) => await storage.ProbeAsync(stop), default(FilePath), file: null, cancellation);

    public IAsyncEnumerable<ReadOnlyMemory<StorageEntry>> ListAsync(
        PathRange range, CancellationToken cancellation, IEntryFilter? filter = null) =>
        new RetryingListing(this, new ListingPlace(range), filter).RunAsync(cancellation);

    public ValueTask<StorageEntry?> StatAsync(FilePath path, CancellationToken cancellation) => RunAsync(
        static (storage, at, stop) => storage.StatAsync(at, stop), path, path, cancellation);

    public ValueTask<ExtendedAttributes> ReadAttributesAsync(FilePath path, CancellationToken cancellation) => RunAsync(
        static (storage, at, stop) => storage.ReadAttributesAsync(at, stop), path, path, cancellation);

    public ValueTask<IStorageFile> OpenAsync(FilePath path, ReadSource source, CancellationToken cancellation) => RunAsync(
        static (_, wanted, stop) => wanted.Storage.OpenAndLookAsync(wanted.Path, wanted.Source, stop),
        (Storage: this, Path: path, Source: source), path, cancellation);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    internal Attempts NewAttempts() => NewAttempts(policy.Patience);

    internal Attempts NewAttempts(TimeSpan patience) => new(policy with { Patience = patience }, clock);

    internal TimeSpan Patience => policy.Patience;

    internal IAsyncEnumerable<ReadOnlyMemory<StorageEntry>> ListOnceAsync(
        PathRange range, IEntryFilter? filter, CancellationToken cancellation) => inner.ListAsync(range, cancellation, filter);

    internal ValueTask<IStorageFile> OpenOnceAsync(FilePath path, ReadSource source, CancellationToken cancellation) =>
        inner.OpenAsync(path, source, cancellation);

    private async ValueTask<IStorageFile> OpenAndLookAsync(
        FilePath path, ReadSource source, CancellationToken cancellation)
    {
        var file = await inner.OpenAsync(path, source, cancellation);
        try
        {
            return new RetryingFile(this, file, path, source, await file.StatAsync(cancellation));
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>What to throw when enough has been tried: the fault of one file, or of the storage.</summary>
    /// <param name="file">Null: the call was about the storage.</param>
    internal async Task<StorageException> VerdictAsync(
        StorageException failure, FilePath? file, CancellationToken cancellation)
    {
        try
        {
            await inner.ProbeAsync(cancellation).WaitAsync(policy.LastLook, clock, cancellation);
            if (file is { } path)
            {
                return new StorageException(StorageFault.Connection, path, failure.Message, failure);
            }
        }
        catch (StorageException refused) when (refused.Fault == StorageFault.Configuration)
        {
            return refused; // It answers again, and says what was wrong.
        }
        catch (Exception away) when (away is StorageException or TimeoutException)
        {
            // The storage is away, which is what the failure says.
        }

        return new StorageException(StorageFault.Connection, file ?? failure.Path, failure.Message, failure)
        {
            Reason = failure.Reason ?? StorageReasons.ConnectionLost,
        };
    }

    private async ValueTask<T> RunAsync<TArgument, T>(
        Func<IStorageBackend, TArgument, CancellationToken, ValueTask<T>> call, TArgument argument, FilePath? file,
        CancellationToken cancellation)
    {
        Attempts? attempts = null;
        while (true)
        {
            try
            {
                return await call(inner, argument, cancellation);
            }
            catch (StorageException failure) when (failure.Fault == StorageFault.Connection)
            {
                attempts ??= NewAttempts();
                if (!await attempts.PauseAsync(cancellation))
                {
                    throw await VerdictAsync(failure, file, cancellation);
                }
            }
        }
    }
}
