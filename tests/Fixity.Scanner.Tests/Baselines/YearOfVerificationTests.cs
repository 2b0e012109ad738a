using Fixity.Scanner.Baselines;
using Fixity.Scanning;
using Fixity.Testing.Postgres;

namespace Fixity.Scanner.Tests.Baselines;

/// <summary>A year of runs of the real planner, reader and writer over a real PostgreSQL.</summary>
/// <remarks>
/// The clock that counts is the database's, in every statement. Instead of the clock the files are moved: a day passes when
/// everything that was noted of them is a day older.
/// </remarks>
public sealed class YearOfVerificationTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [Trait("Scenario", "A3")]
    [InlineData(1, 90, 1, 365)]   // each night, as it comes
    [InlineData(1, 30, 0, 180)]   // no sample at all: the promise alone
    [InlineData(7, 60, 1, 365)]   // once a week
    public async Task No_file_gets_older_than_promised_and_no_run_reads_a_burst(int gapDays, int within, int sample, int days)
    {
        const int Files = 600;
        var target = await AddTargetAsync(gapDays, within, sample, Files);
        var random = new Random(20261121);
        var (worst, most) = (0.0, 0);
        for (var day = gapDays; day <= days; day += gapDays)
        {
            await PassAsync(target, gapDays);
            worst = Math.Max(worst, await OldestDaysAsync(target));
            await ChurnAsync(target, day, random);
            var due = await RunAsync(target);
            most = Math.Max(most, due);
        }

        Assert.True(worst <= within, $"A file was {worst:0.0} days old; {within} were promised.");
        // The share of the time that the promise leaves beside the kept-back runs, rounded up, and what came new.
        var even = Math.Ceiling((Files + days) * Math.Max(sample / 100.0, (double)gapDays / (within - (3 * gapDays))));
        Assert.True(most <= even + 1, $"One run re-read {most} files, {even} would have done.");
    }

    [Fact]
    public async Task Runs_that_fail_now_and_then_are_made_up_for_before_the_promise_breaks()
    {
        var target = await AddTargetAsync(gapDays: 1, within: 30, sample: 0, files: 300);
        var random = new Random(7);
        var missed = 0;
        for (var day = 1; day <= 200; day++)
        {
            await PassAsync(target, 1);
            Assert.InRange(await OldestDaysAsync(target), 0, 30);
            // Never two in a row: that is more than was kept back.
            if (day > missed + 1 && random.Next(10) == 0)
            {
                missed = day;
            }
            else
            {
                await RunAsync(target);
            }
        }

        Assert.NotEqual(0, missed);
    }

    private async Task<int> AddTargetAsync(int gapDays, int within, int sample, int files)
    {
        var target = await database.AddTargetAsync();
        await database.ExecuteAsync($"""
            update scheduler.targets set sample_percent = {sample}, verify_within_days = {within} where id = {target};
            insert into scheduler.verification_guarantees (target_id, run_gap, files_overdue)
            values ({target}, interval '{gapDays} days', 0)
            """);
        await AddFilesAsync(target, 0, files);
        return target;
    }

    private Task AddFilesAsync(int target, int from, int count) => database.ExecuteAsync($"""
        insert into scanner.files (target_id, path, size, mtime_ns, algorithm, checksum, state, first_scan_id, verified_at)
        select {target}, 'f' || lpad(i::text, 6, '0'), 1, 1, 1, decode(repeat('00', 32), 'hex'), 1, 0, now()
        from generate_series({from}, {from + count - 1}) as i
        """);

    private Task PassAsync(int target, int days) => database.ExecuteAsync(
        $"update scanner.files set verified_at = verified_at - interval '{days} days' where target_id = {target}");

    // Some files come, some go: what is promised of the rest holds all the same.
    private async Task ChurnAsync(int target, int day, Random random)
    {
        await AddFilesAsync(target, 100_000 + day, 1);
        await database.ExecuteAsync($"""
            delete from scanner.files where target_id = {target} and id = (
                select id from scanner.files where target_id = {target} order by path offset {random.Next(300)} limit 1)
            """);
    }

    private Task<double> OldestDaysAsync(int target) => database.ScalarAsync<double>($"""
        select extract(epoch from now() - min(verified_at))::double precision / 86400
        from scanner.files where target_id = {target} and state = 1
        """);

    private async Task<int> RunAsync(int target)
    {
        await using var segment = await SegmentInHand.TakeAsync(database, target);
        var plan = await VerificationPlan.ReadOrMakeAsync(segment.DataSource, segment.Claim, CancellationToken.None);
        var due = (await SegmentInHand.ReadAllAsync(segment.Reader(plan))).Where(file => file.IsDue).ToList();
        await segment.CommitAsync(batch => batch.Verified.AddRange(due.Select(file => new VerifiedFile(file.Id, file.Path))));
        await segment.CloseAsync();
        return due.Count;
    }
}
