using System.Runtime.CompilerServices;

namespace Fixity.Storage.Retrying;

/// <summary>A listing that begins again behind what it gave, when the connection was lost or a folder could not be asked.</summary>
/// <remarks>
/// A mounted network file system does not end the walk when it loses its server: it says so of each folder. That is no word
/// about the folder, so it is held back and asked again like everything else that a lost connection broke.
/// </remarks>
internal sealed class RetryingListing(RetryingStorage storage, ListingPlace place, IEntryFilter? filter)
{
    private Attempts? _attempts;

    // Whatever has to be given up with the root in reach is given half the time of the one before: a thousand folders
    // that are lost for good must not cost a thousand times the patience.
    private TimeSpan _patience = storage.Patience;

    public async IAsyncEnumerable<ReadOnlyMemory<StorageEntry>> RunAsync(
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        var isOver = false;
        while (!isOver && !place.IsAtEnd)
        {
            await using var listing = storage.ListOnceAsync(place.Rest, filter, cancellation).GetAsyncEnumerator(cancellation);
            var isLost = false;
            while (!isLost && !isOver)
            {
                ReadOnlyMemory<StorageEntry> left;
                (left, isOver, isLost) = await NextAsync(listing, cancellation);
                while (!left.IsEmpty && !isLost)
                {
                    var held = IndexOfLost(left.Span);
                    if (held != 0)
                    {
                        // Before the reader has it: afterwards its memory is another's.
                        var given = left[..(held < 0 ? left.Length : held)];
                        place.Pass(given.Span);
                        _attempts = null;
                        left = left[given.Length..];
                        yield return given;
                    }
                    else if (!(isLost = await MayBeAskedAgainAsync(left.Span[0], cancellation)))
                    {
                        place.Pass(left.Span[..1]);
                        yield return left[..1];
                        left = left[1..];
                    }
                }
            }
        }
    }

    private async ValueTask<(ReadOnlyMemory<StorageEntry> Entries, bool IsOver, bool IsLost)> NextAsync(
        IAsyncEnumerator<ReadOnlyMemory<StorageEntry>> listing, CancellationToken cancellation)
    {
        try
        {
            return await listing.MoveNextAsync() ? (listing.Current, false, false) : (default, true, false);
        }
        catch (StorageException failure) when (failure.Fault == StorageFault.Connection)
        {
            _attempts ??= storage.NewAttempts();
            return await _attempts.PauseAsync(cancellation)
                ? (default, false, true)
                : throw await storage.VerdictAsync(failure, file: null, cancellation);
        }
    }

    /// <returns>False: enough was tried, the root answers, and it is that one folder or file which does not.</returns>
    /// <exception cref="StorageException">The root does not answer either.</exception>
    private async ValueTask<bool> MayBeAskedAgainAsync(StorageEntry entry, CancellationToken cancellation)
    {
        _attempts ??= storage.NewAttempts(_patience);
        if (await _attempts.PauseAsync(cancellation))
        {
            return true;
        }

        var failure = new StorageException(
            entry.Fault, entry.Path.ToOwned(), entry.Message ?? "the connection was lost while it was looked at");
        var verdict = await storage.VerdictAsync(failure, failure.Path, cancellation);
        if (verdict is not { Fault: StorageFault.Connection, Reason: null })
        {
            throw verdict;
        }

        _attempts = null;
        _patience /= 2;
        return false;
    }

    private static int IndexOfLost(ReadOnlySpan<StorageEntry> entries)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i] is
                { Kind: EntryKind.ListingFault or EntryKind.EntryFault, Fault: StorageFault.Connection })
            {
                return i;
            }
        }

        return -1;
    }
}
