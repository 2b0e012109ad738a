using System.Globalization;
using Fixity.Core;
using Fixity.Scanner.Baselines;
using Fixity.Testing.Postgres;

namespace Fixity.Scanner.Tests.Baselines;

public sealed class BaselineReaderTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Every_column_comes_back_as_it_was_recorded()
    {
        await using var segment = await SegmentInHand.TakeAsync(database);
        var full = new FileMetadata(
            long.MaxValue, -1_234_567_890_123, 3, -4, null, 4095, uint.MaxValue, 0, 12);
        var bare = new FileMetadata(0, long.MinValue);
        await segment.CommitAsync(b =>
        {
            b.Appeared.Add(new(null, FilePath.FromEscaped("full"), full, ChecksumAlgorithm.Md5, new byte[16], new(-5, 0, 7)));
            b.Appeared.Add(new(null, FilePath.FromEscaped("nulls"), bare, ChecksumAlgorithm.Sha256, new byte[32]));
            b.Unreadable.Add(new(null, false, FilePath.FromEscaped("unread"), bare, "denied"));
        });

        var rows = await segment.RowsAsync();

        // Loaded or inserted, it was read in the transaction that recorded it.
        Assert.Equal("t", await segment.FileAsync("full", "verified_at = state_since and state_since = first_seen_at"));
        Assert.Equal("t", await segment.FileAsync("unread", "verified_at is null"));
        Assert.Equal(full, rows["full"].Metadata);
        Assert.Equal(new ExtendedAttributes(-5, 0, 7), rows["full"].Extended);
        Assert.Equal((ChecksumAlgorithm.Md5, 16), (rows["full"].Algorithm, rows["full"].Checksum.Length));
        Assert.Equal((bare, default(ExtendedAttributes)), (rows["nulls"].Metadata, rows["nulls"].Extended));
        Assert.Equal((FileState.Unreadable, null, 0), (rows["unread"].State, rows["unread"].Algorithm, rows["unread"].Checksum.Length));
        Assert.Equal((true, false, false), (rows["unread"].IsDue, rows["full"].IsDue, rows["full"].IsBackedOff));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(513)]
    [InlineData(50_000)]
    public async Task Pages_of_any_size_give_every_row_once_in_path_order_within_the_range(int pageRows)
    {
        await using var segment = await SegmentInHand.TakeAsync(database);
        var paths = Names(pageRows == 1 ? 60 : 2_100);
        await segment.CommitAsync(b => b.Appeared.AddRange(paths.Select(p => new Fixity.Scanning.AppearedFile(
            null, p, new FileMetadata(1, 1), ChecksumAlgorithm.Blake3, new byte[32]))));
        var (from, to, after) = (paths[paths.Count / 10], paths[^3], paths[paths.Count / 5]);

        foreach (var range in new PathRange[]
            { default, new(from), new(from, to), new(from, to, after), new(default, null, after), new(default, from, to) })
        {
            var read = await SegmentInHand.ReadAllAsync(segment.Reader(pageRows: pageRows), range);
            Assert.Equal(paths.Where(range.Contains), read.Select(f => f.Path));
        }
    }

    [Fact]
    public async Task A_slow_scan_ends_the_statement_early_and_still_gets_every_row_once()
    {
        await using var segment = await SegmentInHand.TakeAsync(database);
        await FillAsync(segment, 20_000);
        var reader = segment.Reader(patience: TimeSpan.FromMilliseconds(50));

        var read = new List<string>();
        await foreach (var block in reader.ReadAsync(default, CancellationToken.None))
        {
            if (read.Count % 5_120 == 0)
            {
                // While the scan is busy no statement is open: none could keep the database from cleaning up.
                await UntilAsync("""
                    select not exists (select from pg_stat_activity
                        where datname = current_database() and query like '%copy (%' and state <> 'idle' and pid <> pg_backend_pid())
                    """);
            }

            read.AddRange(block.ToArray().Select(f => f.Path.ToString()));
        }

        Assert.Equal(Enumerable.Range(0, 20_000).Select(Name), read);
    }

    [Fact]
    public async Task A_connection_lost_in_the_middle_of_a_page_costs_no_row_and_gives_none_twice()
    {
        await using var segment = await SegmentInHand.TakeAsync(database);
        await FillAsync(segment, 30_000);

        var (read, lost) = (new List<string>(), 0L);
        await foreach (var block in segment.Reader().ReadAsync(default, CancellationToken.None))
        {
            if (lost < 3)
            {
                lost += await database.ScalarAsync<long>("""
                    select count(pg_terminate_backend(pid)) from pg_stat_activity
                    where datname = current_database() and query like '%copy (%' and state = 'active' and pid <> pg_backend_pid()
                    """);
            }

            read.AddRange(block.ToArray().Select(f => f.Path.ToString()));
        }

        Assert.True(lost > 0, "no statement was there to be ended");
        Assert.Equal(Enumerable.Range(0, 30_000).Select(Name), read);
    }

    [Fact]
    public async Task What_is_due_is_up_to_the_plan_and_nothing_that_is_backed_off_or_left_out()
    {
        await using var segment = await SegmentInHand.TakeAsync(database);
        await FillAsync(segment, 10);
        await database.ExecuteAsync($"""
            update scanner.files set verified_at = timestamptz '2026-01-01 00:00:00.000001+00' + right(path, 1)::int * interval '1 day',
                retry_after = case when path like '%1' then now() + interval '1 hour' end,
                state = case when path like '%2' then 6 when path like '%3' then 2 when path like '%9' then 5 else 1 end
            where target_id = {segment.Claim.Target.Id}
            """);
        var at = await database.ScalarAsync<DateTime>(
            $"select verified_at from scanner.files where target_id = {segment.Claim.Target.Id} and path like '%5'");
        var hash = await database.ScalarAsync<long>(
            $"select hashint8extended(id, {segment.Claim.ScanId}) from scanner.files where target_id = {segment.Claim.Target.Id} and path like '%5'");

        async Task<string> DueAsync(long? cutOff) => string.Concat(
            (await SegmentInHand.ReadAllAsync(segment.Reader(new VerificationPlan(at, cutOff, segment.Claim.ScanId)))).Where(f => f.IsDue).Select(f => f.Path.ToString()[^1]));

        Assert.Equal("0459", await DueAsync(hash));
        Assert.Equal("049", await DueAsync(hash - 1));
        Assert.Equal("9", string.Concat(
            (await SegmentInHand.ReadAllAsync(segment.Reader())).Where(f => f.IsDue).Select(f => f.Path.ToString()[^1])));
    }

    private static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"folder {i / 100:d4}/file {i:d6}");

    // Quotes, backslashes, percent signs, bytes that are no UTF-8, other scripts: none may be more than a name.
    private static List<FilePath> Names(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i => FilePath.FromRaw(
        [
            .. System.Text.Encoding.UTF8.GetBytes((i % 5) switch
            {
                0 => "it's'; drop table x; --",
                1 => "back\\slash%_",
                2 => "\"quoted\" $1 {0}",
                3 => "名前/é",
                _ => "plain",
            }),
            (byte)(i % 7 == 0 ? 0xFF : 'x'), .. System.Text.Encoding.UTF8.GetBytes(i.ToString("d5", CultureInfo.InvariantCulture)),
        ])).Order(),
    ];

    private static async Task FillAsync(SegmentInHand segment, int files)
    {
        for (var from = 0; from < files; from += 5_000)
        {
            await segment.CommitAsync(b => b.Appeared.AddRange(Enumerable.Range(from, Math.Min(5_000, files - from)).Select(i =>
                new Fixity.Scanning.AppearedFile(
                    null, FilePath.FromEscaped(Name(i)), new FileMetadata(i, i), ChecksumAlgorithm.Blake3, new byte[32]))));
        }
    }

    private async Task UntilAsync(string condition)
    {
        for (var tries = 0; !await database.ScalarAsync<bool>(condition); tries++)
        {
            Assert.True(tries < 400, $"it never came true: {condition}");
            await Task.Delay(25);
        }
    }
}
