using Fixity.Scanner.Changes;
using Fixity.Testing.Postgres;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.Scanner.Tests.Scans;

/// <summary>Damage is known by its content, wherever it turns up.</summary>
public sealed class KnownDamageTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const string WithoutFolder = """options = '{"exclude": ["/d001/"]}'""";

    [Fact]
    public async Task Damage_that_leaves_a_folder_which_patterns_leave_out_is_told_where_it_turns_up()
    {
        using var tree = await WatchedTree.CreateAsync(database, 60);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        var name = WatchedTree.NameOf(51);
        var good = await File.ReadAllBytesAsync(tree.PathOf(name));
        tree.FlipHidden(name);
        await tree.ScanAsync();
        var damaged = await FileAsync(tree, name);
        await tree.SetTargetAsync(WithoutFolder);
        await tree.ScanAsync();

        File.Move(tree.PathOf(name), tree.PathOf("zz.bin"));
        var scan = await tree.ScanAsync();

        Assert.Equal(["tampered zz.bin"], await tree.EventsAsync(scan));
        Assert.Equal(damaged, await FileAsync(tree, "zz.bin"));
        Assert.Equal(name, await KnownFromAsync(scan));
        Assert.Equal("0 1 0", await database.ScalarAsync<string>($"""
            select concat_ws(' ', files_added, files_tampered, files_corrupted) from scheduler.scans where id = {scan}
            """));
        await tree.AssertCountsAgreeAsync();
        Assert.Empty(await tree.EventsAsync(await tree.ScanAsync()));

        await File.WriteAllBytesAsync(tree.PathOf("zz.bin"), good);
        Assert.Equal(["restored zz.bin"], await tree.EventsAsync(await tree.ScanAsync()));
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    public async Task Damage_that_is_renamed_where_patterns_leave_it_out_and_looked_at_again_has_moved()
    {
        using var tree = await WatchedTree.CreateAsync(database, 60);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        var name = WatchedTree.NameOf(51);
        await tree.RotAsync(name);
        await tree.ScanAsync("full");
        var damaged = await FileAsync(tree, name);
        await tree.SetTargetAsync(WithoutFolder);
        await tree.ScanAsync();
        File.Move(tree.PathOf(name), tree.PathOf("d001/zz.bin"));
        Assert.Empty(await tree.EventsAsync(await tree.ScanAsync()));

        await tree.SetTargetAsync("options = '{}'");
        var scan = await tree.ScanAsync();

        Assert.Equal([$"moved {name} -> d001/zz.bin"], await tree.EventsAsync(scan));
        Assert.Equal(damaged, await FileAsync(tree, "d001/zz.bin"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Damage_that_was_deleted_and_returns_at_another_path_is_damage_until_it_is_accepted(bool wasRot)
    {
        using var tree = await WatchedTree.CreateAsync(database, 5);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        var (name, word) = (WatchedTree.NameOf(3), wasRot ? "corrupted" : "tampered");
        await (wasRot ? tree.RotAsync(name) : Task.Run(() => tree.FlipHidden(name)));
        await tree.ScanAsync("full");
        var damaged = await FileAsync(tree, name);
        File.Move(tree.PathOf(name), tree.Aside);
        await tree.ScanAsync();

        // By way of a copy, as from another disk: neither inode nor times are what they were.
        tree.Write("other/back.bin", await File.ReadAllBytesAsync(tree.Aside));
        var scan = await tree.ScanAsync();

        Assert.Equal([$"{word} other/back.bin"], await tree.EventsAsync(scan));
        Assert.Equal(damaged, await FileAsync(tree, "other/back.bin"));
        Assert.Equal(name, await KnownFromAsync(scan));
        Assert.Empty(await tree.EventsAsync(await tree.ScanAsync("full")));
        await tree.AssertCountsAgreeAsync();

        var id = await IdAsync(tree, "other/back.bin");
        await scanner.Services.GetRequiredService<ChangeStore>()
            .AcceptAsync(id, null, "as it should be", "olga", CancellationToken.None);
        File.Move(tree.PathOf("other/back.bin"), tree.PathOf("other/on.bin"));
        Assert.Equal(["moved other/back.bin -> other/on.bin"], await tree.EventsAsync(await tree.ScanAsync("full")));
    }

    [Fact]
    public async Task A_copy_of_damage_is_damage_and_a_file_of_other_content_beside_it_is_new()
    {
        using var tree = await WatchedTree.CreateAsync(database, 5);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        var name = WatchedTree.NameOf(3);
        tree.FlipHidden(name);
        await tree.ScanAsync();

        File.Copy(tree.PathOf(name), tree.PathOf("copy.bin"));
        tree.Write("other.bin", new byte[64]);

        var scan = await tree.ScanAsync();
        Assert.Equal(["tampered copy.bin", "added other.bin"], await tree.EventsAsync(scan));
        Assert.Equal("1 1", await database.ScalarAsync<string>(
            $"select concat_ws(' ', files_added, files_tampered) from scheduler.scans where id = {scan}"));
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    public async Task The_ctime_says_of_a_moved_file_what_it_says_of_one_that_stayed()
    {
        using var tree = await WatchedTree.CreateAsync(database, 0);
        foreach (var name in new[] { "a/rotten", "a/written", "a/whole", "renamed", "rotten and renamed" })
        {
            tree.Write(name, $"content of {name}");
        }

        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        await tree.RotAsync("a/rotten");
        tree.FlipHidden("a/written");
        tree.FlipHidden("renamed");
        await tree.RotAsync("rotten and renamed");
        Directory.Move(tree.PathOf("a"), tree.PathOf("b"));
        File.Move(tree.PathOf("renamed"), tree.PathOf("was renamed"));
        File.Move(tree.PathOf("rotten and renamed"), tree.PathOf("zz"));

        var scan = await tree.ScanAsync();

        Assert.Equal(
            [
                "corrupted b/rotten", "moved a/rotten -> b/rotten", "moved a/whole -> b/whole",
                "moved a/written -> b/written", "tampered b/written", "moved renamed -> was renamed",
                "tampered was renamed", "moved rotten and renamed -> zz", "tampered zz",
            ],
            await tree.EventsAsync(scan));
        Assert.Equal(["b/rotten 3 t", "b/written 5 f", "was renamed 5 f", "zz 5 f"], await database.ListAsync($"""
            select concat_ws(' ', f.path, f.state, e.details ->> 'observedCtimeNs' = f.ctime_ns::text
                and e.type = 'corrupted')
            from scanner.files f join scanner.change_events e on e.file_id = f.id and e.type in ('corrupted', 'tampered')
            where f.target_id = {tree.TargetId} order by f.path
            """));
        Assert.Equal("1 3", await database.ScalarAsync<string>(
            $"select concat_ws(' ', files_corrupted, files_tampered) from scheduler.scans where id = {scan}"));
        Assert.Empty(await tree.EventsAsync(await tree.ScanAsync()));
        await tree.AssertCountsAgreeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_decays_right_after_it_was_accepted_is_measured_against_what_was_accepted(bool moves)
    {
        using var tree = await WatchedTree.CreateAsync(database, 0);
        var content = new byte[(1 << 20) + 300_000];
        new Random(1).NextBytes(content);
        tree.Write("big", content);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        await FlipAsync(tree, "big", 10);
        Assert.Equal(["corrupted 0+65536"], await DamageAsync(await tree.ScanAsync("full")));
        if (moves)
        {
            File.Move(tree.PathOf("big"), tree.PathOf("moved"));
            await tree.ScanAsync();
        }

        var id = await database.ScalarAsync<long>($"select id from scanner.files where target_id = {tree.TargetId}");
        var (_, accepted, _) = await scanner.Services.GetRequiredService<ChangeStore>()
            .AcceptAsync(id, null, "it is fine", "olga", CancellationToken.None);
        Assert.NotNull(accepted);
        await FlipAsync(tree, moves ? "moved" : "big", 5 * 65_536 + 10);

        // The first group is not among them: what it holds was accepted.
        Assert.Equal(["corrupted 327680+65536"], await DamageAsync(await tree.ScanAsync()));
    }

    [Fact]
    public async Task Damage_that_returns_elsewhere_says_which_parts_are_damaged_and_keeps_the_map_of_what_it_should_be()
    {
        using var tree = await WatchedTree.CreateAsync(database, 0);
        var content = new byte[(1 << 20) + 300_000];
        new Random(1).NextBytes(content);
        tree.Write("big", content);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        await FlipAsync(tree, "big", 10);
        await tree.ScanAsync("full");
        File.Move(tree.PathOf("big"), tree.Aside);
        await tree.ScanAsync();
        File.Move(tree.Aside, tree.PathOf("back"));
        Assert.Equal(["corrupted 0+65536"], await DamageAsync(await tree.ScanAsync()));

        await FlipAsync(tree, "back", 5 * 65_536 + 10);
        Assert.Equal(["corrupted 0+65536 327680+65536"], await DamageAsync(await tree.ScanAsync()));
    }

    // Below the file system: neither time moves.
    private static async Task FlipAsync(WatchedTree tree, string name, int offset)
    {
        var path = tree.PathOf(name);
        var time = File.GetLastWriteTimeUtc(path);
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite))
        {
            var one = new byte[1];
            RandomAccess.Read(file, one, offset);
            one[0] ^= 1;
            RandomAccess.Write(file, one, offset);
        }

        File.SetLastWriteTimeUtc(path, time);
        await tree.ForgetTimesAsync(name);
    }

    private Task<List<string>> DamageAsync(long scan) => database.ListAsync($"""
        select type || coalesce((
            select string_agg(' ' || (r ->> 0) || '+' || (r ->> 1), '' order by (r ->> 0)::bigint)
            from jsonb_array_elements(details #> array['damage', 'ranges']) as r), ' nobody knows where')
        from scanner.change_events where scan_id = {scan}
        """);

    private Task<string?> KnownFromAsync(long scan) => database.ScalarAsync<string>(
        $"select details #>> array['knownFrom', 'path'] from scanner.change_events where scan_id = {scan}");

    private Task<long> IdAsync(WatchedTree tree, string name) => database.ScalarAsync<long>(
        $"select id from scanner.files where target_id = {tree.TargetId} and path = '{name}'");

    private Task<string?> FileAsync(WatchedTree tree, string name) => database.ScalarAsync<string>($"""
        select concat_ws(' ', state, encode(checksum, 'hex'), encode(observed_checksum, 'hex'))
        from scanner.files where target_id = {tree.TargetId} and path = '{name}'
        """);
}
