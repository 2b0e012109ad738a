using System.Runtime.CompilerServices;
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

    public async IAsyncEnumerable<ReadOnlyMemory<StorageEntry>> ListAsync(
        PathRange range, [EnumeratorCancellation] CancellationToken cancellation, IEntryFilter? filter = null)
    {
        var place = new ListingPlace(range);
        Attempts? attempts = null;
        while (!place.IsAtEnd)
        {
            StorageException? lost = null;
            await using var entries = inner.ListAsync(place.Rest, cancellation, filter).GetAsyncEnumerator(cancellation);
            while (lost is null)
            {
                try
                {
                    if (!await entries.MoveNextAsync())
                    {
                        yield break;
                    }
                }
                catch (StorageException failure) when (failure.Fault == StorageFault.Connection)
                {
                    lost = failure;
                    continue;
                }

                // Before the reader has it: afterwards its memory is another's.
                place.Pass(entries.Current.Span);
                attempts = null;
                yield return entries.Current;
            }

            attempts ??= new Attempts(policy, clock);
            if (!await attempts.PauseAsync(cancellation))
            {
                throw await VerdictAsync(lost, file: null, cancellation);
            }
        }
    }

    public ValueTask<StorageEntry?> StatAsync(FilePath path, CancellationToken cancellation) => RunAsync(
        static (storage, at, stop) => storage.StatAsync(at, stop), path, path, cancellation);

    public ValueTask<ExtendedAttributes> ReadAttributesAsync(FilePath path, CancellationToken cancellation) => RunAsync(
        static (storage, at, stop) => storage.ReadAttributesAsync(at, stop), path, path, cancellation);

    public ValueTask<IStorageFile> OpenAsync(FilePath path, ReadSource source, CancellationToken cancellation) => RunAsync(
        static (_, wanted, stop) => wanted.Storage.OpenAndLookAsync(wanted.Path, wanted.Source, stop),
        (Storage: this, Path: path, Source: source), path, cancellation);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    internal Attempts NewAttempts() => new(policy, clock);

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
