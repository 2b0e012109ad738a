using System.Globalization;
using System.Threading.Channels;
using Fixity.Core;
using Fixity.Scanner.Scans;
using Npgsql;

namespace Fixity.Scanner.Baselines;

/// <summary>Reads a baseline page by page through COPY, and knows where the next page begins.</summary>
/// <param name="patience">How long a page waits for a free block before it ends early.</param>
internal sealed class BaselinePage(
    NpgsqlDataSource database, SegmentClaim claim, VerificationPlan verification, PathRange range, int pageRows,
    TimeSpan patience)
{
    private byte[]? _after = range.After?.Bytes.ToArray();

    /// <summary>Reads one page into free blocks and hands them over as they fill up.</summary>
    /// <returns>Whether there may be more.</returns>
    public async Task<bool> ReadAsync(
        ChannelReader<BaselineBlock> free, ChannelWriter<BaselineBlock> recycled, ChannelWriter<BaselineBlock> filled,
        CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var stream = await connection.BeginRawBinaryCopyAsync(Sql(), cancellation);
        // Once a page: a token that each read had to watch would cost more than the reading.
        await using var cancelling = cancellation.Register(stream.Cancel);
        var block = await free.ReadAsync(cancellation);
        var inHand = (BaselineBlock?)block;
        try
        {
            var rows = 0;
            block.ExpectHeader();
            while (Fill(stream, block))
            {
                rows += block.Count;
                inHand = await TakeAsync(free, cancellation);
                inHand?.TakeRest(block);
                HandOver(block, filled);
                if (inHand is null)
                {
                    return true; // The scan is busy with what it has; what is left is asked for again.
                }

                block = inHand;
            }

            rows += block.Count;
            inHand = null;
            HandOver(block, filled);
            return rows >= pageRows;
        }
        finally
        {
            if (inHand is not null)
            {
                inHand.Clear();
                recycled.TryWrite(inHand);
            }
        }
    }

    // Not asynchronous: each read gives one row that is mostly there already, and handing over from thread to thread
    // at every refill of the buffer took as long as the rest together.
    /// <returns>False: the page has no more.</returns>
    private static bool Fill(Stream stream, BaselineBlock block)
    {
        while (!block.IsFull)
        {
            var bytes = stream.Read(block.Space.Span);
            block.Take(bytes);
            if (bytes == 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <returns>Null: the scan did not give one back in time.</returns>
    private async ValueTask<BaselineBlock?> TakeAsync(
        ChannelReader<BaselineBlock> free, CancellationToken cancellation)
    {
        if (free.TryRead(out var block))
        {
            return block;
        }

        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        wait.CancelAfter(patience);
        try
        {
            return await free.ReadAsync(wait.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private void HandOver(BaselineBlock block, ChannelWriter<BaselineBlock> filled)
    {
        if (block.Count > 0)
        {
            _after = block.Files.Span[^1].Path.Bytes.ToArray();
        }

        // There are no more blocks than it has room for.
        filled.TryWrite(block);
    }

    // COPY takes no parameters. Numbers, times and hexadecimal digits alone are written into the text: nothing that
    // comes from a file name can be read as anything but the bytes that it is.
    private string Sql() => string.Create(CultureInfo.InvariantCulture, $"""
        copy (
            select {BaselineBlock.Columns}, {FlagsSql()}
            from scanner.files f
            where target_id = {claim.Target.Id} and path >= {Literal(range.From.Bytes)} {After()} {Before()}
            order by path
            limit {pageRows}
        ) to stdout (format binary)
        """);

    // The first case is nearly every row: of it no more is asked than needed.
    private string FlagsSql() => string.Create(CultureInfo.InvariantCulture, $"""
        case when state = 1 and retry_after is null and size <= {TargetOptions.DamageMapFromBytes}
            then case when {Verifying()} then {(short)RowFlags.Due}::smallint else 0::smallint end
        else (({DueSql()})::int * {(short)RowFlags.Due}
            + coalesce(retry_after > now(), false)::int * {(short)RowFlags.BackedOff}
            + (size > {TargetOptions.DamageMapFromBytes}
                and exists (
                    select from scanner.file_groups g where g.file_id = f.id))::int * {(short)RowFlags.HasGroups})::smallint
        end
        """);

    // An excluded file that was damaged is looked at when it returns: nobody accepted what it holds.
    private string DueSql() => string.Create(CultureInfo.InvariantCulture, $"""
        state <> 2 and (retry_after is null or retry_after <= now())
            and (state in (3, 5) or state = 6 and damaged_as is not null or state <> 6 and ({Verifying()}))
        """);

    private string Verifying() => claim.VerifyAll ? "true"
        : verification is { DueUntil: { } until, DueHash: { } hash } ? string.Create(CultureInfo.InvariantCulture, $"""
            verified_at is null or verified_at < '{until.UtcDateTime:yyyy-MM-dd HH:mm:ss.ffffff}+00'
            or verified_at = '{until.UtcDateTime:yyyy-MM-dd HH:mm:ss.ffffff}+00'
                and hashint8extended(id, {verification.Seed}) <= {hash}
            """)
        : "verified_at is null";

    private string After() => _after is null ? "" : $"and path > {Literal(_after)}";

    private string Before() => range.To is { } to ? $"and path < {Literal(to.Bytes)}" : "";

    private static string Literal(ReadOnlySpan<byte> path) =>
        $"convert_from(decode('{Convert.ToHexStringLower(path)}', 'hex'), 'UTF8') collate \"C\"";
}
