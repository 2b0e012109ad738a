using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Fixity.Data;
using Fixity.Scanner.Rollups;
using Fixity.ServiceDefaults.Identity;
using Fixity.Testing.Postgres;
using Fixity.Testing.Services;
using Npgsql;

namespace Fixity.Scanner.Tests.Rollups;

/// <summary>The sums of folders: what they are, when they are counted anew, and by whom.</summary>
public sealed class RollupTests : IClassFixture<TestDatabase>, IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly NpgsqlDataSource _data;
    private readonly RollupStore _store;

    public RollupTests(TestDatabase database)
    {
        _database = database;
        _data = database.DataSourceAs(DatabaseRole.Scanner);
        _store = new RollupStore(_data);
    }

    public ValueTask DisposeAsync() => _data.DisposeAsync();

    [Fact]
    public async Task Sums_equal_what_is_counted_file_by_file_however_the_files_change()
    {
        var target = await AddScannedTargetAsync();
        for (var round = 0; round < 8; round++)
        {
            await ChangeAtRandomAsync(target, seed: round);
            await EndAnotherScanAsync(target);

            Assert.NotNull(await _store.TryRollUpAsync(target, CancellationToken.None));

            await _database.AssertSumsAsync(target, $"round {round}");
        }
    }

    [Fact]
    public async Task Folders_whose_sums_are_the_same_are_not_written()
    {
        var target = await AddScannedTargetAsync();
        await ChangeAtRandomAsync(target, seed: 11);
        var first = await _store.TryRollUpAsync(target, CancellationToken.None);
        var before = await VersionsAsync(target);
        await EndAnotherScanAsync(target);

        var second = await _store.TryRollUpAsync(target, CancellationToken.None);

        Assert.Equal(first!.Value.Folders, first.Value.Written);
        Assert.Equal(new RolledUp(first.Value.Folders, 0), second);
        Assert.Equal(before, await VersionsAsync(target));
        var path = (await _database.ScalarAsync<string>($"""
            update scanner.files set state = 3, observed_checksum = '\x00'
            where id = (
                select id from scanner.files where target_id = {target} and state = 1 and path like 'a/%'
                order by path limit 1)
            returning path
            """))!;
        await EndAnotherScanAsync(target);
        var third = await _store.TryRollUpAsync(target, CancellationToken.None);
        // The folders above it, the root among them.
        Assert.Equal(path.Count(letter => letter == '/') + 1, third!.Value.Written);
        await _database.AssertSumsAsync(target, "one file");
    }

    [Fact]
    public async Task Nothing_is_summed_up_until_a_first_scan_came_to_its_end()
    {
        var target = await _database.AddTargetAsync();
        await _database.ExecuteAsync($"insert into scanner.target_states (target_id) values ({target})");
        await AddFileAsync(target, "a/b");
        var scan = await _database.AddScanAsync(target);
        Assert.Null(await _store.TryRollUpAsync(target, CancellationToken.None));
        await EndAsync(scan, "failed");
        Assert.Null(await _store.TryRollUpAsync(target, CancellationToken.None));
        await EndAsync(await _database.AddScanAsync(target), "partial', reason = 'scanner_lost");
        Assert.Null(await _store.TryRollUpAsync(target, CancellationToken.None));

        await EndAsync(await _database.AddScanAsync(target), "completed");

        Assert.Contains(target, await _store.FindDueAsync(CancellationToken.None));
        Assert.NotNull(await _store.TryRollUpAsync(target, CancellationToken.None));
        Assert.DoesNotContain(target, await _store.FindDueAsync(CancellationToken.None));
        Assert.Null(await _store.TryRollUpAsync(target, CancellationToken.None));
    }

    [Fact]
    public async Task A_target_that_a_scanner_died_over_is_summed_up_by_another()
    {
        var target = await AddScannedTargetAsync();
        await AddFileAsync(target, "a/b");
        var dying = new NpgsqlConnection(_database.ConnectionString + ";Pooling=false");
        await dying.OpenAsync();
        await using (var transaction = await dying.BeginTransactionAsync())
        {
            await using var hold = new NpgsqlCommand($"select pg_advisory_xact_lock(1919904876, {target})", dying);
            await hold.ExecuteNonQueryAsync();
            Assert.Null(await _store.TryRollUpAsync(target, CancellationToken.None));

            await _database.ExecuteAsync($"select pg_terminate_backend({dying.ProcessID}, 10000)");
        }

        Assert.NotNull(await _store.TryRollUpAsync(target, CancellationToken.None));
        await _database.AssertSumsAsync(target, "taken over");
    }

    [Fact]
    public async Task A_rollup_rests_ten_times_as_long_as_it_took()
    {
        var target = await AddScannedTargetAsync();
        await _store.TryRollUpAsync(target, CancellationToken.None);
        await EndAnotherScanAsync(target);
        await _database.ExecuteAsync(
            $"update scanner.rollups set took = '1 minute', as_of = now() - interval '9 minutes' where target_id = {target}");
        Assert.DoesNotContain(target, await _store.FindDueAsync(CancellationToken.None));

        await _database.ExecuteAsync(
            $"update scanner.rollups set as_of = now() - interval '11 minutes' where target_id = {target}");
        Assert.Contains(target, await _store.FindDueAsync(CancellationToken.None));
    }

    [Fact]
    public async Task What_slides_out_of_thirty_days_is_noticed_within_a_day_without_a_scan()
    {
        var target = await AddScannedTargetAsync();
        await AddFileAsync(target, "quiet");
        await _store.TryRollUpAsync(target, CancellationToken.None);
        await _database.ExecuteAsync(
            $"update scanner.rollups set as_of = now() - interval '25 hours' where target_id = {target}");
        Assert.DoesNotContain(target, await _store.FindDueAsync(CancellationToken.None));

        await _database.ExecuteAsync($"update scanner.folders set changed = 1 where target_id = {target}");
        Assert.Contains(target, await _store.FindDueAsync(CancellationToken.None));
        await _store.TryRollUpAsync(target, CancellationToken.None);
        await _database.AssertSumsAsync(target, "a day later");
    }

    [Fact]
    public async Task What_appeared_in_a_scan_that_broke_off_waits_until_it_is_known_what_it_is()
    {
        var target = await AddScannedTargetAsync();
        var known = await AddFileAsync(target, "a/known");
        var waiting = await AddFileAsync(target, "a/waiting");
        var broken = await _database.AddScanAsync(target);
        await _database.ExecuteAsync(
            $"insert into scanner.scan_candidates (scan_id, file_id, kind) values ({broken}, {waiting}, 'appeared')");
        await EndAsync(broken, "cancelled");

        await _store.TryRollUpAsync(target, CancellationToken.None);

        Assert.Equal(1, await _database.ScalarAsync<long>(
            $"select files from scanner.folders where target_id = {target} and name = 'a'"));
        Assert.NotEqual(known, waiting);
    }

    [Fact]
    public async Task What_retention_left_nothing_of_is_forgotten()
    {
        var target = await AddScannedTargetAsync();
        var other = await AddScannedTargetAsync();
        foreach (var each in new[] { target, other })
        {
            await AddFileAsync(each, "a/b");
            await _store.TryRollUpAsync(each, CancellationToken.None);
        }

        await _database.ExecuteAsync($"""
            delete from scanner.files where target_id = {target};
            delete from scanner.target_states where target_id = {target}
            """);
        await _store.ForgetPastAsync(CancellationToken.None);

        Assert.Equal(
            [other.ToString(CultureInfo.InvariantCulture)],
            await _database.ListAsync($"""
                select distinct target_id::text from (
                    select target_id from scanner.folders union all select target_id from scanner.rollups
                    union all select target_id from scanner.verification_tallies) kept
                where target_id in ({target}, {other})
                """));
        Assert.DoesNotContain(target, await _store.FindDueAsync(CancellationToken.None));
    }

    [Fact]
    public async Task After_a_scan_and_after_an_acceptance_the_worker_brings_the_sums_up_to_date()
    {
        using var tree = await WatchedTree.CreateAsync(_database, 120);
        await using var service = new ServiceApplication<Program>(
            _database.ConnectionString, new Dictionary<string, string?> { ["Scanner:PollInterval"] = "00:00:00.1" });
        using var user = service.CreateClientAs(Roles.Operator);
        await CountedAsync(tree, await tree.ScanAsync());
        await _database.AssertSumsAsync(tree.TargetId, "first");

        await tree.RotAsync(WatchedTree.NameOf(60));
        File.Delete(tree.PathOf(WatchedTree.NameOf(3)));
        tree.Write("new folder/deeper/file", "new");
        await CountedAsync(tree, await tree.ScanAsync("full"));
        await _database.AssertSumsAsync(tree.TargetId, "second");
        Assert.Equal("120 1 1 3", await RootAsync(tree));

        var damaged = await _database.ScalarAsync<long>(
            $"select id from scanner.files where target_id = {tree.TargetId} and state = 3");
        using var accepted = await user.PostAsJsonAsync(
            new Uri($"/api/v1/files/{damaged}/accept", UriKind.Relative), new { reason = "as it should be" });
        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);

        await tree.UntilAsync($"select corrupted = 0 from scanner.folders where target_id = {tree.TargetId} and name = ''");
        await _database.AssertSumsAsync(tree.TargetId, "accepted");
    }

    [Fact]
    public async Task Sums_follow_a_tree_that_people_tidy_up()
    {
        using var tree = await WatchedTree.CreateAsync(_database, 60);
        var shuffled = new ShuffledTree(tree.Root, new Random(5));
        shuffled.SpreadTimes();
        await using var scanner = await ScannerProcess.StartAsync(_database);
        await CountedAsync(tree, await tree.ScanAsync());
        for (var round = 0; round < 6; round++)
        {
            for (var i = 0; i < 40; i++)
            {
                shuffled.Act();
            }

            await CountedAsync(tree, await tree.ScanAsync());
            await _database.AssertSumsAsync(tree.TargetId, $"round {round}");
        }
    }

    private static Task CountedAsync(WatchedTree tree, long scan) => tree.UntilAsync(
        $"select exists (select from scanner.rollups where target_id = {tree.TargetId} and scan_id >= {scan})");

    private Task<string?> RootAsync(WatchedTree tree) => _database.ScalarAsync<string>($"""
        select concat_ws(' ', files, corrupted, deleted, changed) from scanner.folders
        where target_id = {tree.TargetId} and parent = '' and name = ''
        """);

    private Task<List<string>> VersionsAsync(int target) => _database.ListAsync($"""
        select parent || '/' || name || ' ' || xmin || ' ' || ctid from scanner.folders where target_id = {target} order by 1
        """);

    private async Task<int> AddScannedTargetAsync()
    {
        var target = await _database.AddTargetAsync();
        await _database.ExecuteAsync($"insert into scanner.target_states (target_id) values ({target})");
        await EndAnotherScanAsync(target);
        return target;
    }

    // As if the last rollup had been long enough ago.
    private async Task EndAnotherScanAsync(int target)
    {
        await EndAsync(await _database.AddScanAsync(target), "completed");
        await _database.ExecuteAsync($"update scanner.rollups set took = '0' where target_id = {target}");
    }

    private Task EndAsync(long scan, string status) => _database.ExecuteAsync(
        $"update scheduler.scans set status = '{status}', started_at = now(), ended_at = now() where id = {scan}");

    private Task<long> AddFileAsync(int target, string path) => _database.ScalarAsync<long>($"""
        insert into scanner.files (target_id, path, size, mtime_ns, state, first_scan_id, algorithm, checksum, verified_at)
        values ({target}, '{path}', 7, 1, 1, 1, 1, '\x0a', now()) returning id
        """);

    /// <summary>Rows appear, go, move and change their state, in folders of any depth and of every kind of name.</summary>
    private Task ChangeAtRandomAsync(int target, int seed) => _database.ExecuteAsync($$"""
        select setseed({{(seed / 100.0).ToString(CultureInfo.InvariantCulture)}});
        delete from scanner.files where target_id = {{target}} and random() < 0.1;
        update scanner.files set state = case (random() * 5)::int when 0 then 6 when 1 then 2 when 2 then 4 else 1 end,
            size = (random() * 1000)::int, verified_at = now() - random() * interval '100 days'
        where target_id = {{target}} and random() < 0.2;
        update scanner.files set state = case when random() < 0.5 then 3 else 5 end, observed_checksum = '\x00'
        where target_id = {{target}} and random() < 0.03;
        insert into scanner.files (target_id, path, size, mtime_ns, state, first_scan_id, algorithm, checksum, verified_at)
        select {{target}}, names.path, (random() * 1000)::int, 1, 1, 1, 1, '\x0a',
            case when random() < 0.8 then now() - random() * interval '200 days' end
        from (
            select distinct ltrim(array_to_string((array['a', 'a-b', 'a.b', 'a0', 'ü', '\\xFF', '100%', '_', ' ', E'line\nbreak'])
                [1 + (random() * 2)::int : 1 + (random() * 9)::int], '/') || '/f' || n, '/') as path
            from generate_series(1, 300) as n
            union select 'top' || n from generate_series(1, 5) as n
        ) names
        on conflict do nothing;
        select scanner.ensure_change_partitions((now() at time zone 'UTC')::date - 60, 4);
        insert into scanner.change_events (detected_at, scan_id, target_id, file_id, path, type)
        select now() - random() * interval '60 days', 1, {{target}}, f.id, f.path,
            (array['added', 'modified', 'moved', 'corrupted', 'accepted', 'verified'])[1 + (random() * 5)::int]
        from scanner.files f where f.target_id = {{target}} and random() < 0.2;
        insert into scanner.change_events (scan_id, target_id, file_id, path, type)
        values (1, {{target}}, 1, 'gone/since/long', 'deleted');
        """);
}
