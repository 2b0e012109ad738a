using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Fixity.Core;
using Fixity.Scanner.Scans;
using Fixity.Scanning;
using Npgsql;

namespace Fixity.Scanner.Baselines;

/// <summary>Streams the baseline of one target in path order, some blocks ahead of the scan, in memory that is used again.</summary>
/// <remarks>
/// <para>Pages by key and not one long cursor: a scan may take days, and a statement that lives as long would keep the
/// database from cleaning up behind every other. For the same reason a page ends early when the scan takes its time. A
/// page that is lost with its connection is asked for again, from the last block that was handed over.</para>
/// <para>What the scan itself adds is never read back: it lies behind the page before.</para>
/// </remarks>
/// <param name="mayGoOn">Whether waiting for a database that is away still makes sense.</param>
internal sealed class BaselineReader(
    NpgsqlDataSource database, SegmentClaim claim, VerificationPlan verification, DatabaseRetry retry,
    Func<bool> mayGoOn)
    : IBaselineReader
{
    private const int Blocks = 16;

    /// <summary>Rows a statement; a test asks for fewer.</summary>
    internal int PageRows { get; init; } = 50_000;

    /// <summary>How long a statement waits for the scan to take a block before it ends.</summary>
    internal TimeSpan PagePatience { get; init; } = TimeSpan.FromSeconds(2);

    public async IAsyncEnumerable<ReadOnlyMemory<BaselineFile>> ReadAsync(
        PathRange range, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var free = Channel.CreateBounded<BaselineBlock>(Blocks);
        var filled = Channel.CreateBounded<BaselineBlock>(Blocks);
        for (var i = 0; i < Blocks; i++)
        {
            free.Writer.TryWrite(new BaselineBlock());
        }

        var reading = Task.Run(() => FillAsync(range, free, filled.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var block in filled.Reader.ReadAllAsync(cancellation))
            {
                yield return block.Files;
                block.Clear();
                free.Writer.TryWrite(block);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await reading;
        }
    }

    public async ValueTask<ReadOnlyMemory<byte>> ReadGroupsAsync(long fileId, CancellationToken cancellation) =>
        await retry.RunAsync(
            async token =>
            {
                await using var command = database.CreateCommand("""
                    select groups from scanner.file_groups where file_id = $1
                    """);
                command.With(fileId);
                return await command.ExecuteScalarAsync(token) as byte[] ?? [];
            },
            mayGoOn, cancellation);

    public async ValueTask<bool> MayBeMountedAsync(FilePath key, string identity, CancellationToken cancellation) =>
        await retry.RunAsync(
            token => CrossedMounts.MayBeMountedAsync(database, claim, key, identity, token), mayGoOn, cancellation);

    // Ends by completing the queue, with its failure if it has one: the reader of the queue throws it.
    private async Task FillAsync(
        PathRange range, Channel<BaselineBlock> free, ChannelWriter<BaselineBlock> filled, CancellationToken stop)
    {
        try
        {
            var page = new BaselinePage(database, claim, verification, range, PageRows, PagePatience);
            var goesOn = true;
            while (goesOn)
            {
                // No statement before somebody wants more of it.
                await free.Reader.WaitToReadAsync(stop);
                goesOn = await retry.RunAsync(token => page.ReadAsync(free.Reader, free.Writer, filled, token), mayGoOn, stop);
            }

            filled.Complete();
        }
#pragma warning disable CA1031 // Not swallowed: see above.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            filled.TryComplete(failure);
        }
    }
}
