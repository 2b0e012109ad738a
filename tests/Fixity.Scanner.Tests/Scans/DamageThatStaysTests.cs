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

    private Task<string?> FileAsync(WatchedTree tree, string name) => database.ScalarAsync<string>($"""
        select concat_ws(' ', state, encode(checksum, 'hex'), encode(observed_checksum, 'hex'))
        from scanner.files where target_id = {tree.TargetId} and path = '{name}'
        """);
}
