using System.Runtime.Versioning;
using Fixity.Testing.Postgres;

namespace Fixity.Scanner.Tests.Scans;

/// <summary>Damage is not forgotten by what happens to its file beside.</summary>
public sealed class DamageThatStaysTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_damaged_file_that_is_carried_away_for_one_scan_is_damaged_when_it_is_back(bool wasRot)
    {
        using var tree = await WatchedTree.CreateAsync(database, 5);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        var name = WatchedTree.NameOf(3);
        var good = await File.ReadAllBytesAsync(tree.PathOf(name));
        await (wasRot ? tree.RotAsync(name) : Task.Run(() => tree.FlipHidden(name)));
        var word = wasRot ? "corrupted" : "tampered";
        Assert.Equal([$"{word} {name}"], await tree.EventsAsync(await tree.ScanAsync("full")));
        var damaged = await FileAsync(tree, name);

        File.Move(tree.PathOf(name), tree.Aside);
        Assert.Equal([$"deleted {name}"], await tree.EventsAsync(await tree.ScanAsync()));
        await tree.AssertCountsAgreeAsync();
        File.Move(tree.Aside, tree.PathOf(name));
        var scan = await tree.ScanAsync();

        Assert.Equal([$"{word} {name}"], await tree.EventsAsync(scan));
        Assert.Equal(damaged, await FileAsync(tree, name));
        Assert.Equal(1, await database.ScalarAsync<long>(
            $"select files_corrupted + files_tampered from scheduler.scans where id = {scan}"));
        Assert.Empty(await tree.EventsAsync(await tree.ScanAsync()));
        await tree.AssertCountsAgreeAsync();

        await File.WriteAllBytesAsync(tree.PathOf(name), good);
        Assert.Equal([$"restored {name}"], await tree.EventsAsync(await tree.ScanAsync()));
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    public async Task A_damaged_file_that_patterns_left_out_for_a_while_is_not_told_again()
    {
        using var tree = await WatchedTree.CreateAsync(database, 60);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        var (stays, heals) = (WatchedTree.NameOf(51), WatchedTree.NameOf(52));
        var good = await File.ReadAllBytesAsync(tree.PathOf(heals));
        tree.FlipHidden(stays);
        tree.FlipHidden(heals);
        Assert.Equal([$"tampered {stays}", $"tampered {heals}"], await tree.EventsAsync(await tree.ScanAsync()));

        await tree.SetTargetAsync("""options = '{"exclude": ["/d001/"]}'""");
        Assert.Empty(await tree.EventsAsync(await tree.ScanAsync()));
        await tree.AssertCountsAgreeAsync();
        await File.WriteAllBytesAsync(tree.PathOf(heals), good);
        await tree.SetTargetAsync("options = '{}'");
        var scan = await tree.ScanAsync();

        Assert.Equal([$"restored {heals}"], await tree.EventsAsync(scan));
        Assert.StartsWith("5 ", await FileAsync(tree, stays), StringComparison.Ordinal);
        await tree.AssertCountsAgreeAsync();
        Assert.Empty(await tree.EventsAsync(await tree.ScanAsync()));
    }

    [Fact]
    public async Task A_damaged_file_that_moves_while_patterns_leave_it_out_has_moved_and_is_damaged_still()
    {
        using var tree = await WatchedTree.CreateAsync(database, 60);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        var name = WatchedTree.NameOf(51);
        tree.FlipHidden(name);
        await tree.ScanAsync();
        var damaged = await FileAsync(tree, name);
        await tree.SetTargetAsync("""options = '{"exclude": ["/d001/"]}'""");
        await tree.ScanAsync();

        File.Move(tree.PathOf(name), tree.PathOf("zz.bin"));
        await tree.SetTargetAsync("options = '{}'");
        var scan = await tree.ScanAsync();

        Assert.Equal([$"moved {name} -> zz.bin"], await tree.EventsAsync(scan));
        Assert.Equal(damaged, await FileAsync(tree, "zz.bin"));
        Assert.Empty(await tree.EventsAsync(await tree.ScanAsync()));
        await tree.AssertCountsAgreeAsync();
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_chmod_beside_an_edit_damage_or_restoration_is_told_with_it()
    {
        using var tree = await WatchedTree.CreateAsync(database, 3);
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        var (edited, damaged) = (WatchedTree.NameOf(0), WatchedTree.NameOf(1));
        var good = await File.ReadAllBytesAsync(tree.PathOf(damaged));
        tree.Write(edited, "edited, and made executable");
        Chmod(edited, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        tree.FlipHidden(damaged);
        Chmod(damaged, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Equal(
            [$"attributes {edited}", $"modified {edited}", $"attributes {damaged}", $"tampered {damaged}"],
            await tree.EventsAsync(await tree.ScanAsync()));

        Chmod(damaged, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.Equal([$"attributes {damaged}"], await tree.EventsAsync(await tree.ScanAsync()));
        Assert.Empty(await tree.EventsAsync(await tree.ScanAsync()));

        await File.WriteAllBytesAsync(tree.PathOf(damaged), good);
        Chmod(damaged, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Equal(
            [$"attributes {damaged}", $"restored {damaged}"], await tree.EventsAsync(await tree.ScanAsync()));
        Assert.Empty(await tree.EventsAsync(await tree.ScanAsync()));
        await tree.AssertCountsAgreeAsync();

        void Chmod(string name, UnixFileMode mode) => File.SetUnixFileMode(tree.PathOf(name), mode);
    }

    [Fact]
    public async Task Where_a_file_is_damaged_is_told_after_it_was_accepted_and_after_the_map_was_wanted_too_late()
    {
        using var tree = await WatchedTree.CreateAsync(database, 0);
        var content = new byte[(1 << 20) + 100_000];
        new Random(1).NextBytes(content);
        tree.Write("accepted", content);
        tree.Write("late", content);
        await tree.SetTargetAsync("""options = '{"damageMap": false}'""");
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        await tree.SetTargetAsync("options = '{}'");
        await tree.RotAsync("accepted");
        Assert.Equal(["corrupted accepted"], await tree.EventsAsync(await tree.ScanAsync("full")));
        Assert.Equal(["late"], await MappedAsync());
        // What a person does who accepts it: see ChangeStore.
        await database.ExecuteAsync($"""
            update scanner.files
            set checksum = observed_checksum, observed_checksum = null, state = 1, verified_at = null
            where target_id = {tree.TargetId} and path = 'accepted'
            """);
        Assert.Empty(await tree.EventsAsync(await tree.ScanAsync()));
        Assert.Equal(["accepted", "late"], await MappedAsync());

        await tree.RotAsync("accepted");
        await tree.RotAsync("late");
        var scan = await tree.ScanAsync("full");

        Assert.Equal(["corrupted accepted 65536", "corrupted late 65536"], await database.ListAsync($"""
            select concat_ws(' ', type, path, details #> '{"{damage,bytes}"}') from scanner.change_events
            where scan_id = {scan} order by path
            """));

        Task<List<string>> MappedAsync() => database.ListAsync($"""
            select path from scanner.files f join scanner.file_groups g on g.file_id = f.id
            where target_id = {tree.TargetId} order by path
            """);
    }

    private Task<string?> FileAsync(WatchedTree tree, string name) => database.ScalarAsync<string>($"""
        select concat_ws(' ', state, encode(checksum, 'hex'), encode(observed_checksum, 'hex'))
        from scanner.files where target_id = {tree.TargetId} and path = '{name}'
        """);
}
