using Fixity.Scanner.Baselines;
using Fixity.Scanning;
using Fixity.Testing.Postgres;

namespace Fixity.Scanner.Tests.Baselines;

public sealed class VerificationTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Each_scan_verifies_exactly_its_share_and_all_files_before_any_a_second_time()
    {
        using var tree = await WatchedTree.CreateAsync(database, 100);
        await tree.SetTargetAsync("sample_percent = 7");
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();

        var verified = new HashSet<string>();
        for (var round = 1; round <= 14; round++)
        {
            var scan = await tree.ScanAsync();
            var now = await VerifiedByAsync(tree, scan);
            Assert.Equal(7, now.Count);
            verified.UnionWith(now);
            Assert.Equal(7 * round, verified.Count);
        }

        // Two are left of the first round; then the oldest of the second.
        Assert.Equal(7, (await VerifiedByAsync(tree, await tree.ScanAsync())).Count(name => !verified.Contains(name)) + 5);
    }

    [Fact]
    public async Task What_would_be_overdue_when_the_next_scan_comes_is_verified_oldest_first()
    {
        using var tree = await WatchedTree.CreateAsync(database, 40);
        await tree.SetTargetAsync("sample_percent = 10, verify_within_days = 30");
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        await database.ExecuteAsync($"""
            update scanner.files set verified_at = now() - interval '29 days 1 hour'
            where target_id = {tree.TargetId} and path < '{WatchedTree.NameOf(11)}'
            """);

        var scan = await tree.ScanAsync();

        Assert.Equal(
            Enumerable.Range(0, 11).Select(WatchedTree.NameOf), await VerifiedByAsync(tree, scan));
        Assert.Equal(4, (await VerifiedByAsync(tree, await tree.ScanAsync())).Count);
    }

    [Fact]
    [Trait("Scenario", "A3")]
    public async Task Thirty_seven_files_are_covered_in_as_many_scans_of_one_percent()
    {
        using var tree = await WatchedTree.CreateAsync(database, 37);
        await tree.SetTargetAsync("sample_percent = 1");
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();

        var verified = new HashSet<string>();
        for (var round = 1; round <= 37; round++)
        {
            verified.UnionWith(await VerifiedByAsync(tree, await tree.ScanAsync()));
            Assert.Equal(round, verified.Count);
        }
    }

    [Fact]
    [Trait("Scenario", "A3")]
    public async Task Each_file_is_due_once_before_any_is_due_twice_and_what_is_left_out_or_hangs_never_is()
    {
        var (files, rounds) = Environment.GetEnvironmentVariable("FIXITY_FULL") == "1" ? (10_000, 100) : (1_000, 40);
        var target = await database.AddTargetAsync();
        await database.ExecuteAsync($"""
            update scheduler.targets set sample_percent = {100m / rounds} where id = {target};
            insert into scanner.files (target_id, path, size, mtime_ns, algorithm, checksum, state, first_scan_id, verified_at,
                hangs, retry_after)
            select {target}, 'f' || lpad(i::text, 6, '0'), 1, 1, 1, decode(repeat('00', 32), 'hex'),
                case when i > {files} + 40 then 6 when i > {files} then 4 else 1 end, 0, now() - interval '1 hour',
                case when i > {files} then 1 else 0 end, case when i > {files} then now() + interval '1 day' end
            from generate_series(1, {files} + 80) as i
            """);

        var seen = new HashSet<long>();
        for (var round = 1; round <= rounds; round++)
        {
            await using var segment = await SegmentInHand.TakeAsync(database, target);
            var plan = await VerificationPlan.ReadOrMakeAsync(segment.DataSource, segment.Claim, CancellationToken.None);
            var due = (await SegmentInHand.ReadAllAsync(segment.Reader(plan))).Where(f => f.IsDue).ToList();
            Assert.Equal(files / rounds, due.Count);
            Assert.All(due, f => Assert.True(seen.Add(f.Id), $"{f.Path} is due a second time in scan {round}"));
            await segment.CommitAsync(b => b.Verified.AddRange(
                due.Select(f => new VerifiedFile(f.Id, f.Path))));
            await segment.CloseAsync();
        }

        Assert.Equal(files, seen.Count);
    }

    [Fact]
    public async Task Content_found_equal_makes_a_file_present_whatever_kept_it_from_being_so_but_no_deleted_or_damaged_one()
    {
        var target = await database.AddTargetAsync();
        await database.ExecuteAsync($"""
            insert into scanner.files (target_id, path, size, mtime_ns, algorithm, checksum, state, first_scan_id,
                state_since, verified_at, observed_checksum, hangs, retry_after)
            select {target}, 's' || state, 10 * state, 1, 1, decode(repeat('00', 32), 'hex'), state, 0,
                now() - interval '1 day', now() - interval '1 day',
                case when state in (3, 5) then decode(repeat('11', 32), 'hex') end,
                case when state = 4 then 2 else 0 end, case when state = 4 then now() + interval '1 hour' end
            from generate_series(1, 6) as state;
            insert into scanner.target_states (target_id, files_present, bytes_present) values ({target}, 4, 130)
            on conflict (target_id) do update set files_present = 4, bytes_present = 130
            """);
        await using var segment = await SegmentInHand.TakeAsync(database, target);
        var rows = await segment.RowsAsync();

        await segment.CommitAsync(b => b.Verified.AddRange(rows.Values.Select(f => new VerifiedFile(f.Id, f.Path))));

        // Only the excluded one was not among the present files.
        Assert.Equal("5 190", await segment.PresentAsync());
        const string What = "state, verified_at >= now() - interval '1 hour', state_since >= now() - interval '1 hour', hangs, "
            + "retry_after is null, observed_checksum is null";
        Assert.Equal("1 t f 0 t t", await segment.FileAsync("s1", What));
        Assert.Equal("2 f f 0 t t", await segment.FileAsync("s2", What));
        Assert.Equal("3 f f 0 t f", await segment.FileAsync("s3", What));
        Assert.Equal("1 t t 0 t t", await segment.FileAsync("s4", What));
        Assert.Equal("5 f f 0 t f", await segment.FileAsync("s5", What));
        Assert.Equal("1 t t 0 t t", await segment.FileAsync("s6", What));
    }

    [Fact]
    public async Task What_returns_is_found_by_id_even_where_the_planner_has_not_heard_yet_how_much_was_left_out()
    {
        var target = await database.AddTargetAsync();
        await database.ExecuteAsync($"""
            alter table scanner.files set (autovacuum_enabled = off);
            insert into scanner.files (target_id, path, size, mtime_ns, algorithm, checksum, state, first_scan_id, verified_at)
            select {target}, 'f' || lpad(i::text, 6, '0'), 1, 1, 1, decode(repeat('00', 32), 'hex'), 1, 0, now()
            from generate_series(1, 20000) as i;
            analyze scanner.files;
            update scanner.files set state = 6 where target_id = {target};
            """);
        var ids = await database.ScalarAsync<string>($"""
            select array_agg(id)::text from (
                select id from scanner.files where target_id = {target} order by path limit 1000) as batch
            """);

        var plan = string.Join('\n', await database.ListAsync("explain " + EffectSql.Verified
            .Replace("$1", $"{target}", StringComparison.Ordinal)
            .Replace("$3", $"'{ids}'::bigint[]", StringComparison.Ordinal)));

        Assert.Contains("files_id", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("files_by_state", plan, StringComparison.Ordinal);
    }

    private Task<List<string>> VerifiedByAsync(WatchedTree tree, long scan) => database.ListAsync($"""
        select f.path from scanner.files f join scheduler.scans s on s.target_id = f.target_id
        where s.id = {scan} and s.target_id = {tree.TargetId} and f.verified_at between s.started_at and s.ended_at
        order by f.path
        """);
}
