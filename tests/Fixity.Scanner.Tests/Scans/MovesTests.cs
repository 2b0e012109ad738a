using System.Diagnostics;
using System.Globalization;
using Fixity.Core;
using Fixity.Storage.Local;
using Fixity.Testing.Postgres;

namespace Fixity.Scanner.Tests.Scans;

/// <summary>What moved, and what only looks as if it had.</summary>
public sealed class MovesTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task Two_files_that_changed_places_are_two_changes_and_no_move()
    {
        using var tree = await WatchedTree.CreateAsync(database, 4);
        tree.Write("one", "the first");
        tree.Write("two", "the second, and longer");
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();

        File.Move(tree.PathOf("one"), tree.PathOf("aside"));
        File.Move(tree.PathOf("two"), tree.PathOf("one"));
        File.Move(tree.PathOf("aside"), tree.PathOf("two"));

        Assert.Equal(["modified one", "modified two"], await tree.EventsAsync(await tree.ScanAsync()));
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    public async Task A_new_file_in_a_used_inode_did_not_move_there_and_did_not_rot()
    {
        using var tree = await WatchedTree.CreateAsync(database, 0);
        var archived = new DateTime(2024, 2, 29, 12, 0, 0, DateTimeKind.Utc);
        tree.Write("content", "some content");
        tree.Write("archived", "same size 1");
        tree.Write("empty", "");
        File.SetLastWriteTimeUtc(tree.PathOf("archived"), archived);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        foreach (var name in new[] { "content", "archived", "empty" })
        {
            File.Delete(tree.PathOf(name));
        }

        tree.Write("new content", "other content, in the place of the first");
        tree.Write("new archived", "same size 2");
        tree.Write("new empty", "");
        File.SetLastWriteTimeUtc(tree.PathOf("new archived"), archived);
        foreach (var name in new[] { "content", "archived", "empty" })
        {
            // Many file systems give it anyway; here all of them do.
            await SetInodeAsync(tree, name, like: $"new {name}");
        }

        Assert.Equal(
            ["deleted archived", "deleted content", "deleted empty", "added new archived", "added new content", "added new empty"],
            await tree.EventsAsync(await tree.ScanAsync()));
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    public async Task A_file_of_an_archive_that_rotted_in_a_renamed_folder_is_found_by_those_that_moved_with_it()
    {
        using var tree = await WatchedTree.CreateAsync(database, 0);
        var archived = new DateTime(2024, 2, 29, 12, 0, 0, DateTimeKind.Utc);
        string[] names = ["a/rotten", "a/whole", "a/deep/alone", "lone/rotten", "lone/empty"];
        foreach (var name in names)
        {
            tree.Write(name, name.EndsWith("empty", StringComparison.Ordinal) ? "" : $"content of {name}");
            File.SetLastWriteTimeUtc(tree.PathOf(name), archived);
        }

        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        foreach (var name in new[] { "a/rotten", "a/deep/alone", "lone/rotten" })
        {
            await tree.RotAsync(name);
        }

        Directory.Move(tree.PathOf("a"), tree.PathOf("b"));
        // That an empty file came along proves nothing: all of them are alike.
        Directory.Move(tree.PathOf("lone"), tree.PathOf("other"));
        // Another folder's file of the same name, time and inode.
        tree.Write("c/rotten", "content of c/rotten");
        File.SetLastWriteTimeUtc(tree.PathOf("c/rotten"), archived);
        var scan = await tree.ScanAsync();

        Assert.Equal(
            [
                "corrupted b/deep/alone", "moved a/deep/alone -> b/deep/alone", "corrupted b/rotten",
                "moved a/rotten -> b/rotten", "moved a/whole -> b/whole", "added c/rotten", "deleted lone/rotten",
                "moved lone/empty -> other/empty", "added other/rotten",
            ],
            await tree.EventsAsync(scan));
        Assert.Equal(["b/deep/alone t", "b/rotten t"], await database.ListAsync($"""
            select path || ' ' || (observed_checksum <> checksum)::text::char from scanner.files
            where target_id = {tree.TargetId} and state = 3 order by path
            """));
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    public async Task A_new_file_of_the_same_name_in_a_used_inode_did_not_move_from_a_folder_that_was_not_renamed()
    {
        using var tree = await WatchedTree.CreateAsync(database, 0);
        var archived = new DateTime(2024, 2, 29, 12, 0, 0, DateTimeKind.Utc);
        foreach (var name in new[] { "a/1", "a/2", "q/3" })
        {
            tree.Write(name, $"content of {name}");
            File.SetLastWriteTimeUtc(tree.PathOf(name), archived);
        }

        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        Directory.CreateDirectory(tree.PathOf("b"));
        Directory.CreateDirectory(tree.PathOf("c"));
        File.Move(tree.PathOf("a/1"), tree.PathOf("b/1"));
        File.Move(tree.PathOf("q/3"), tree.PathOf("c/three"));
        File.Delete(tree.PathOf("a/2"));
        tree.Write("c/2", "content of c/2");
        File.SetLastWriteTimeUtc(tree.PathOf("c/2"), archived);
        await SetInodeAsync(tree, "a/2", like: "c/2");

        Assert.Equal(
            ["deleted a/2", "moved a/1 -> b/1", "added c/2", "moved q/3 -> c/three"],
            await tree.EventsAsync(await tree.ScanAsync()));
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    public async Task The_row_of_a_deleted_file_whose_path_another_moved_to_says_which_one()
    {
        using var tree = await WatchedTree.CreateAsync(database, 0);
        foreach (var name in new[] { "a", "b", "c" })
        {
            // Of different sizes: one of the same size and tick in a deleted one's place is held against its checksum.
            tree.Write(name, new string(name[0], name[0]));
        }

        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        var ids = await IdsOfAsync("a", "b", "c");
        File.Delete(tree.PathOf("c"));
        await tree.ScanAsync();
        File.Move(tree.PathOf("b"), tree.PathOf("c"));
        await tree.ScanAsync();
        Assert.Equal([$"{ids[2]} {ids[1]}"], await ReplacedAsync());

        // And again, at the next path: what led to the second leads to the third.
        File.Move(tree.PathOf("a"), tree.PathOf("b"));
        await tree.ScanAsync();
        File.Delete(tree.PathOf("c"));
        await tree.ScanAsync();
        File.Move(tree.PathOf("b"), tree.PathOf("c"));
        await tree.ScanAsync();

        Assert.Equal([$"{ids[1]} {ids[0]}", $"{ids[2]} {ids[0]}"], await ReplacedAsync());
        Assert.Equal([ids[0]], await IdsOfAsync("c"));
        await tree.AssertCountsAgreeAsync();

        // It moves on: what was at the path before it was never this file.
        File.Move(tree.PathOf("c"), tree.PathOf("d"));
        await tree.ScanAsync();
        Assert.Empty(await ReplacedAsync());

        Task<List<string>> ReplacedAsync() => database.ListAsync($"""
            select id || ' ' || file_id from scanner.replaced_files
            where id in ({string.Join(", ", ids)}) order by 1
            """);

        async Task<List<string>> IdsOfAsync(params string[] paths) => await database.ListAsync($"""
            select id::text from scanner.files
            where target_id = {tree.TargetId} and path in ('{string.Join("', '", paths)}') order by path
            """);
    }

    [Fact]
    public async Task One_more_name_of_a_file_that_is_still_there_is_added_and_not_a_copy_of_it_that_moved()
    {
        using var tree = await WatchedTree.CreateAsync(database, 0);
        tree.Write("copy", "the same content");
        tree.Write("original", "the same content");
        tree.Write("linked", "another content");
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();

        File.Delete(tree.PathOf("copy"));
        Link(tree, "original", "second name");
        Link(tree, "linked", "third name");

        Assert.Equal(
            ["deleted copy", "added second name", "added third name"],
            (await tree.EventsAsync(await tree.ScanAsync())).Where(e => !e.StartsWith("attributes ", StringComparison.Ordinal)));
        // A name that takes the place of another of the same inode has moved.
        Link(tree, "linked", "fourth name");
        File.Delete(tree.PathOf("third name"));
        Assert.Equal(
            ["moved third name -> fourth name"],
            (await tree.EventsAsync(await tree.ScanAsync())).Where(e => !e.StartsWith("attributes ", StringComparison.Ordinal)));
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    public async Task A_renamed_folder_is_said_with_each_of_its_files()
    {
        using var tree = await WatchedTree.CreateAsync(database, 0);
        foreach (var name in new[] { "a/1", "a/deep/2", "a/deep/er/3", "p/x/4", "p/stays", "s/5", "s/6", "mixed/7", "mixed/8", "r/9" })
        {
            tree.Write(name, $"content of {name}");
        }

        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        Directory.Move(tree.PathOf("a"), tree.PathOf("b"));
        Directory.CreateDirectory(tree.PathOf("q"));
        Directory.Move(tree.PathOf("p/x"), tree.PathOf("q/x"));
        File.Move(tree.PathOf("s/5"), tree.PathOf("q/5"));
        Directory.CreateDirectory(tree.PathOf("m1"));
        Directory.CreateDirectory(tree.PathOf("m2"));
        File.Move(tree.PathOf("mixed/7"), tree.PathOf("m1/7"));
        File.Move(tree.PathOf("mixed/8"), tree.PathOf("m2/8"));
        File.Move(tree.PathOf("r/9"), tree.PathOf("r/nine"));

        var scan = await tree.ScanAsync();

        Assert.Equal(
            [
                "a/1 -> b/1 a b", "a/deep/2 -> b/deep/2 a b", "a/deep/er/3 -> b/deep/er/3 a b", "mixed/7 -> m1/7", "mixed/8 -> m2/8",
                "p/x/4 -> q/x/4 p/x q/x", "r/9 -> r/nine", "s/5 -> q/5",
            ],
            await database.ListAsync($"""
                select concat_ws(' ', previous_path || ' -> ' || path, details #>> array['folder', 'from'], details #>> array['folder', 'to'])
                from scanner.change_events where scan_id = {scan} order by previous_path
                """));
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    [Trait("Scenario", "A2")]
    public async Task A_renamed_tree_is_as_many_moves_and_no_large_change_and_its_history_goes_on()
    {
        var files = Environment.GetEnvironmentVariable("FIXITY_FULL") == "1" ? 10_000 : 1_500;
        using var tree = await WatchedTree.CreateAsync(database, 0);
        for (var i = 0; i < files; i++)
        {
            tree.Write(string.Create(CultureInfo.InvariantCulture, $"a/{i % 40}/{i}"), $"content {i}");
        }

        await tree.SetTargetAsync("large_change_percent = 5, large_change_count = 1000");
        await using var scanner = await ScannerProcess.StartAsync(database);
        var first = await tree.ScanAsync();
        var ids = await IdsAsync(tree);
        Directory.Move(tree.PathOf("a"), tree.PathOf("b"));

        var scan = await tree.ScanAsync();

        Assert.Equal($"{files} 0 0 f {files}", await database.ScalarAsync<string>($"""
            select concat_ws(' ', files_moved, files_added, files_deleted, large_change, (
                select count(*) from scanner.change_events e
                where e.scan_id = s.id and type = 'moved' and details #>> array['folder', 'to'] = 'b'))
            from scheduler.scans s where id = {scan}
            """));
        Assert.True(await database.ScalarAsync<bool>($"""
            select s.bytes_hashed <= f.bytes_hashed from scheduler.scans s, scheduler.scans f where s.id = {scan} and f.id = {first}
            """));
        Assert.Equal(ids, await IdsAsync(tree));
        Assert.DoesNotContain("large_change.detected", await tree.TargetEventsAsync());
        await tree.AssertCountsAgreeAsync();
    }

    // By what follows the folder's name, which alone changed.
    private Task<List<string>> IdsAsync(WatchedTree tree) => database.ListAsync(
        $"select id || substr(path, 2) from scanner.files where target_id = {tree.TargetId} order by 1");

    private async Task SetInodeAsync(WatchedTree tree, string name, string like)
    {
        await using var storage = LocalStorage.Open(tree.Root);
        var entry = await storage.StatAsync(FilePath.FromEscaped(like), CancellationToken.None);
        await database.ExecuteAsync(
            $"update scanner.files set file_id = {entry!.Value.Metadata.FileId} where target_id = {tree.TargetId} and path = '{name}'");
    }

    private static void Link(WatchedTree tree, string from, string to)
    {
        using var link = Process.Start("ln", [tree.PathOf(from), tree.PathOf(to)]);
        link.WaitForExit();
        Assert.Equal(0, link.ExitCode);
    }
}
