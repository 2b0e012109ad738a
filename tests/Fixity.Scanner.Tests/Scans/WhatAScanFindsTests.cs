using Fixity.Testing.Postgres;

namespace Fixity.Scanner.Tests.Scans;

public sealed class WhatAScanFindsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task A_first_scan_records_every_file_and_reports_none()
    {
        using var tree = await WatchedTree.CreateAsync(database, 1_234);
        await using var scanner = await ScannerProcess.StartAsync(database);

        var scan = await tree.ScanAsync();

        Assert.Empty(await tree.EventsAsync(scan));
        Assert.Equal(["scan.completed"], await tree.TargetEventsAsync());
        Assert.Equal(1_234, await database.ScalarAsync<long>(
            $"select count(*) from scanner.files where target_id = {tree.TargetId} and state = 1 and checksum is not null"));
        Assert.Equal("t 1234 1234 0", await database.ScalarAsync<string>(
            $"select concat_ws(' ', is_baseline, files_seen, files_hashed, files_before) from scheduler.scans where id = {scan}"));
        Assert.Equal("online", await database.ScalarAsync<string>(
            $"select state from scanner.target_states where target_id = {tree.TargetId} and last_complete_scan = {scan}"));
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    public async Task A_scan_of_an_unchanged_tree_writes_no_row_and_no_event()
    {
        using var tree = await WatchedTree.CreateAsync(database, 3_000);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        var before = await tree.RowVersionsAsync();

        var scan = await tree.ScanAsync();

        Assert.Equal(before, await tree.RowVersionsAsync());
        Assert.Empty(await tree.EventsAsync(scan));
        Assert.Equal("f 3000 0 3000", await database.ScalarAsync<string>(
            $"select concat_ws(' ', is_baseline, files_seen, files_hashed, files_before) from scheduler.scans where id = {scan}"));
    }

    [Fact]
    public async Task Paths_too_long_for_an_index_are_errors_of_their_own_and_the_scan_goes_on()
    {
        using var tree = await WatchedTree.CreateAsync(database, 3);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        // Names that do not compress: an index would hold ten times as many equal letters.
        var random = new Random(20_26);
        var deep = string.Join('/', Enumerable.Range(0, 12).Select(_ => random.GetHexString(240, lowercase: true)));
        tree.Write($"{deep}/one", "one");
        tree.Write($"{deep}/two", "two");
        tree.Write("zz", "after it");

        var scan = await tree.ScanAsync();

        Assert.Equal(["added zz"], await tree.EventsAsync(scan));
        Assert.Equal(2, await database.ScalarAsync<long>($"select errors_count from scheduler.scans where id = {scan}"));
        var paths = await database.ListAsync(
            $"select path from scanner.scan_errors where scan_id = {scan} and kind = 'path_too_long'");
        Assert.Equal(2, paths.Count);
        Assert.All(paths, p => Assert.StartsWith(deep[..500] + "…", p, StringComparison.Ordinal));
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    public async Task A_file_that_was_written_and_moved_is_both_and_keeps_the_checksum_it_should_have()
    {
        using var tree = await WatchedTree.CreateAsync(database, 10);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        var checksum = $"select encode(checksum, 'hex') from scanner.files where target_id = {tree.TargetId} and path = ";
        var expected = await database.ScalarAsync<string>($"{checksum}'{WatchedTree.NameOf(3)}'");

        tree.FlipHidden(WatchedTree.NameOf(3));
        File.Move(tree.PathOf(WatchedTree.NameOf(3)), tree.PathOf("moved.bin"));
        var scan = await tree.ScanAsync();

        Assert.Equal(
            [$"moved {WatchedTree.NameOf(3)} -> moved.bin", "tampered moved.bin"], await tree.EventsAsync(scan));
        Assert.Equal(expected, await database.ScalarAsync<string>($"{checksum}'moved.bin'"));
        Assert.Equal($"5 t {expected} 1", await database.ScalarAsync<string>($"""
            select concat_ws(' ', f.state, f.observed_checksum = e.new_checksum, encode(e.old_checksum, 'hex'),
                s.files_tampered)
            from scanner.change_events e
            join scanner.files f on f.id = e.file_id
            join scheduler.scans s on s.id = e.scan_id
            where e.scan_id = {scan} and e.type = 'tampered'
            """));
        Assert.Empty(await tree.EventsAsync(await tree.ScanAsync()));
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    public async Task What_is_no_file_is_listed_up_to_a_thousand_never_opened_and_no_error()
    {
        using var tree = await WatchedTree.CreateAsync(database, 3);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        File.Delete(tree.PathOf(WatchedTree.NameOf(1)));
        tree.MakeFifo("d000/pipe");
        tree.MakeFifo(WatchedTree.NameOf(1));
        for (var i = 0; i < 1_100; i++)
        {
            File.CreateSymbolicLink(tree.PathOf($"link{i:d4}"), "/etc/hostname");
        }

        var scan = await tree.ScanAsync();

        Assert.Equal([$"deleted {WatchedTree.NameOf(1)}"], await tree.EventsAsync(scan));
        Assert.Equal("1102 0 completed", await database.ScalarAsync<string>(
            $"select concat_ws(' ', files_skipped, errors_count, status) from scheduler.scans where id = {scan}"));
        Assert.Equal(["998 symlink link0000 link0997", $"2 fifo {WatchedTree.NameOf(1)} d000/pipe"], await database.ListAsync($"""
            select concat_ws(' ', count(*), message, min(path), max(path))
            from scanner.scan_errors where scan_id = {scan} and kind = 'skipped' group by message order by count(*) desc
            """));
    }

    [Fact]
    public async Task Edit_deletion_rename_addition_and_a_hidden_bit_flip_are_told_apart()
    {
        using var tree = await WatchedTree.CreateAsync(database, 200);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();

        tree.Write(WatchedTree.NameOf(1), "edited, and of another length");
        File.Delete(tree.PathOf(WatchedTree.NameOf(2)));
        File.Move(tree.PathOf(WatchedTree.NameOf(3)), tree.PathOf("renamed.bin"));
        tree.Write("new.bin", "new");
        await tree.RotAsync(WatchedTree.NameOf(150));
        var scan = await tree.ScanAsync("full");

        Assert.Equal(
            [
                $"modified {WatchedTree.NameOf(1)}",
                $"deleted {WatchedTree.NameOf(2)}",
                $"corrupted {WatchedTree.NameOf(150)}",
                "added new.bin",
                $"moved {WatchedTree.NameOf(3)} -> renamed.bin",
            ],
            await tree.EventsAsync(scan));
        Assert.Equal("1 1 1 1 1 196", await database.ScalarAsync<string>($"""
            select concat_ws(' ', files_added, files_deleted, files_modified, files_moved, files_corrupted, files_verified)
            from scheduler.scans where id = {scan}
            """));
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    public async Task Corruption_keeps_the_expected_checksum_is_said_once_and_ends_when_the_content_is_back()
    {
        using var tree = await WatchedTree.CreateAsync(database, 10);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        var name = WatchedTree.NameOf(5);
        var good = await File.ReadAllBytesAsync(tree.PathOf(name));
        var goodSum = WatchedTree.Blake3Of(good);
        await tree.RotAsync(name);
        var badSum = WatchedTree.Blake3Of(await File.ReadAllBytesAsync(tree.PathOf(name)));

        var first = await tree.ScanAsync("full");
        var second = await tree.ScanAsync();

        Assert.Equal([$"corrupted {name}"], await tree.EventsAsync(first));
        Assert.Empty(await tree.EventsAsync(second));
        Assert.Equal($"{goodSum} {badSum}", await database.ScalarAsync<string>(
            $"select encode(old_checksum, 'hex') || ' ' || encode(new_checksum, 'hex') from scanner.change_events where scan_id = {first}"));
        Assert.Equal($"3 {goodSum} {badSum}", await FileAsync(tree, name));

        await File.WriteAllBytesAsync(tree.PathOf(name), good);
        var third = await tree.ScanAsync();

        Assert.Equal([$"restored {name}"], await tree.EventsAsync(third));
        Assert.Equal($"1 {goodSum}", await FileAsync(tree, name));
    }

    [Fact]
    public async Task A_file_that_moves_keeps_its_row_and_several_of_one_content_pair_up_by_inode()
    {
        using var tree = await WatchedTree.CreateAsync(database, 0);
        foreach (var name in new[] { "a1", "a2", "a3" })
        {
            tree.Write(name, "all the same");
        }

        tree.Write("empty", "");
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        var before = await database.ListAsync(
            $"select id::text from scanner.files where target_id = {tree.TargetId} order by path");

        // Against the order of the names: only the inode says which is which.
        File.Move(tree.PathOf("a1"), tree.PathOf("z1"));
        File.Move(tree.PathOf("a2"), tree.PathOf("y2"));
        File.Move(tree.PathOf("a3"), tree.PathOf("x3"));
        File.Move(tree.PathOf("empty"), tree.PathOf("still-empty"));
        var scan = await tree.ScanAsync();

        Assert.Equal(
            ["moved empty -> still-empty", "moved a3 -> x3", "moved a2 -> y2", "moved a1 -> z1"],
            await tree.EventsAsync(scan));
        Assert.Equal(before, await database.ListAsync($"""
            select id::text from scanner.files where target_id = {tree.TargetId}
            order by case path when 'z1' then 1 when 'y2' then 2 when 'x3' then 3 else 4 end
            """));
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    public async Task A_path_that_returns_gets_its_row_back()
    {
        using var tree = await WatchedTree.CreateAsync(database, 3);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        var name = WatchedTree.NameOf(1);
        var id = await database.ScalarAsync<long>(
            $"select id from scanner.files where target_id = {tree.TargetId} and path = '{name}'");
        File.Delete(tree.PathOf(name));
        await tree.ScanAsync();
        tree.Write(name, "back, with another content");

        var scan = await tree.ScanAsync();

        Assert.Equal([$"added {name}"], await tree.EventsAsync(scan));
        Assert.Equal(id, await database.ScalarAsync<long>(
            $"select id from scanner.files where target_id = {tree.TargetId} and path = '{name}' and state = 1"));
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    public async Task A_mass_deletion_is_reported_file_by_file_and_as_one_large_change()
    {
        using var tree = await WatchedTree.CreateAsync(database, 345);
        await tree.SetTargetAsync("large_change_percent = 5");
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        foreach (var i in Enumerable.Range(0, 331))
        {
            File.Delete(tree.PathOf(WatchedTree.NameOf(i)));
        }

        var scan = await tree.ScanAsync();

        Assert.Equal("331 t percent", await database.ScalarAsync<string>(
            $"select concat_ws(' ', files_deleted, large_change, large_change_reason) from scheduler.scans where id = {scan}"));
        Assert.Equal(331, (await tree.EventsAsync(scan)).Count(e => e.StartsWith("deleted ", StringComparison.Ordinal)));
        Assert.Equal(["scan.completed", "large_change.detected", "scan.completed"], await tree.TargetEventsAsync());
        await tree.AssertCountsAgreeAsync();
    }

    private Task<string?> FileAsync(WatchedTree tree, string name) => database.ScalarAsync<string>($"""
        select concat_ws(' ', state, encode(checksum, 'hex'), encode(observed_checksum, 'hex'))
        from scanner.files where target_id = {tree.TargetId} and path = '{name}'
        """);
}
