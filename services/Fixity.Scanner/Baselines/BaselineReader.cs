using System.Runtime.CompilerServices;
using Fixity.Core;
using Fixity.Scanner.Scans;
using Fixity.Scanning;
using Npgsql;

namespace Fixity.Scanner.Baselines;

/// <summary>Streams the baseline of one target in path order, a page of rows at a time.</summary>
/// <remarks>
/// Pages by key and not one long cursor: a scan may take days, and a statement that lives as long would keep the
/// database from cleaning up behind every other. A page that is lost with its connection is simply asked for again.
/// What the scan itself adds is never read back: it lies behind the page before.
/// </remarks>
/// <param name="mayGoOn">Whether waiting for a database that is away still makes sense.</param>
internal sealed class BaselineReader(
    NpgsqlDataSource database, SegmentClaim claim, VerificationPlan verification, DatabaseRetry retry,
    Func<bool> mayGoOn)
    : IBaselineReader
{
    private const int PageRows = 2_000;

    private const string PageSql = """
        select id, path, size, mtime_ns, ctime_ns, file_id, mode, uid, gid, state, algorithm, checksum, observed_checksum,
            state <> 2 and ($6 or state = 3 or verified_at is null or coalesce(
                (verified_at, hashint8extended(id, $9)) <= ($7, $8), false))
        from scanner.files
        where target_id = $1 and path >= $2 and ($3::text is null or path > $3) and ($4::text is null or path < $4)
        order by path
        limit $5
        """;

    public async IAsyncEnumerable<ReadOnlyMemory<BaselineFile>> ReadAsync(
        PathRange range, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var after = range.After;
        while (true)
        {
            var rows = await retry.RunAsync(token => ReadPageAsync(range, after, token), mayGoOn, cancellation);
            if (rows.Count > 0)
            {
                after = rows[^1].Path;
                yield return rows.ToArray();
            }

            if (rows.Count < PageRows)
            {
                yield break;
            }
        }
    }

    public ValueTask<ReadOnlyMemory<byte>> ReadGroupsAsync(long fileId, CancellationToken cancellation) =>
        ValueTask.FromResult(ReadOnlyMemory<byte>.Empty); // None are recorded yet.

    private async Task<List<BaselineFile>> ReadPageAsync(
        PathRange range, FilePath? after, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(PageSql);
        command.With(claim.Target.Id).With(range.From.ToString()).With(after?.ToString()).With(range.To?.ToString())
            .With(PageRows).With(claim.VerifyAll).With(verification.DueUntil).With(verification.DueHash)
            .With(claim.ScanId);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<BaselineFile>(PageRows);
        while (await row.ReadAsync(cancellation))
        {
            rows.Add(ReadFile(row));
        }

        return rows;
    }

    private static BaselineFile ReadFile(NpgsqlDataReader row) => new(
        row.GetInt64(0),
        FilePath.FromEscaped(row.GetFieldValue<byte[]>(1)),
        new FileMetadata(
            row.GetInt64(2), row.GetInt64(3),
            row.IsDBNull(4) ? null : row.GetInt64(4),
            row.IsDBNull(5) ? null : row.GetInt64(5),
            null,
            row.IsDBNull(6) ? null : row.GetInt32(6),
            row.IsDBNull(7) ? null : row.GetInt64(7),
            row.IsDBNull(8) ? null : row.GetInt64(8)),
        (FileState)row.GetInt16(9),
        row.IsDBNull(10) ? null : (ChecksumAlgorithm)row.GetInt16(10),
        row.IsDBNull(11) ? default : row.GetFieldValue<byte[]>(11),
        row.IsDBNull(12) ? default : row.GetFieldValue<byte[]>(12),
        row.GetBoolean(13));
}
