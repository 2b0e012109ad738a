using System.Runtime.CompilerServices;
using Fixity.Core;

namespace Fixity.Storage;

/// <summary>Runs a walk that blocks (system calls) on a thread of its own and streams what it finds, in reused memory.</summary>
/// <remarks>
/// <para>A few blocks go round between the walk and its reader: the walk is ahead by as many and no more, and memory
/// stays the same however many files there are.</para>
/// <para>A thread, because a call that hangs must not take one of the pool's. One that hangs for the time allowed is left
/// behind: its directory is a <see cref="EntryKind.ListingFault"/>, and another walk goes on behind it.</para>
/// </remarks>
public static class EntryBlocks
{
    /// <summary>So many hanging directories are not of the directories but of the storage.</summary>
    public const int MaxHungDirectories = 32;

    /// <param name="place">What is walked: walks of one place know of each other where one hangs.</param>
    /// <param name="walk">Makes a walk of a range, all of whose work is done in <see cref="IBlockingWalk.Run"/>.</param>
    /// <param name="patience">How long one call may last. A reader who takes its time does not count.</param>
    public static async IAsyncEnumerable<ReadOnlyMemory<StorageEntry>> StreamAsync(
        string place,
        Func<EntryWriter, PathRange, CancellationToken, IBlockingWalk> walk,
        PathRange range,
        TimeSpan patience,
        TimeProvider clock,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var listing = new WatchedListing(place, walk, patience, clock);
        await using var leaving = cancellation.UnsafeRegister(
            static state => (state as WatchedListing)?.Leave(), listing);
        listing.Start(range);
        try
        {
            await foreach (var block in listing.Blocks.ReadAllAsync(cancellation))
            {
                yield return block.Entries;
                listing.GiveBack(block);
            }
        }
        finally
        {
            listing.Leave();
        }
    }
}
