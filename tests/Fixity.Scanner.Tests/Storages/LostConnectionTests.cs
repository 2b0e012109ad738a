using Fixity.Storage;
using Fixity.Storage.Local;
using Fixity.Storage.Retrying;
using Fixity.Testing.Postgres;
using Fixity.Testing.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.Scanner.Tests.Storages;

/// <summary>Scans of a share over a bad line.</summary>
public sealed class LostConnectionTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int Files = 150;

    [Fact]
    public async Task A_line_that_is_cut_every_few_calls_costs_no_file()
    {
        using var tree = await ShareAsync();
        var lines = new List<FlakyStorage>();
        await using var scanner = await StartAsync(tree, every: 9, lines);

        var first = await tree.ScanAsync();
        File.Delete(tree.PathOf(WatchedTree.NameOf(3)));
        tree.Write(WatchedTree.NameOf(5), "changed");
        var second = await tree.ScanAsync("full");

        Assert.True(lines.Sum(line => line.Losses) > 50);
        Assert.Equal(
            [$"{first} {Files} 0 0", $"{second} {Files - 1} 0 0"],
            await database.ListAsync($"""
                select id || ' ' || files_hashed || ' ' || files_unreadable || ' ' || errors_count
                from scheduler.scans where target_id = {tree.TargetId} order by id
                """));
        Assert.Equal(
            [$"deleted {WatchedTree.NameOf(3)}", $"modified {WatchedTree.NameOf(5)}"], await tree.EventsAsync(second));
    }

    [Fact]
    public async Task A_line_that_stays_cut_ends_the_scan_soon_and_proves_nothing()
    {
        using var tree = await ShareAsync();
        var lines = new List<FlakyStorage>();
        await using var scanner = await StartAsync(tree, every: int.MaxValue, lines);
        await tree.ScanAsync();
        var before = await tree.RowVersionsAsync();
        File.Delete(tree.PathOf(WatchedTree.NameOf(3)));
        lines.Clear();
        LineCutAfter = 60;

        // Failed, or partial where a batch was committed before.
        var scan = await tree.ScanAsync("full", expected: "");

        Assert.Contains(
            await database.ScalarAsync<string>($"select status || ' ' || reason from scheduler.scans where id = {scan}"),
            (string?[])["failed storage_unreachable", "partial storage_unreachable"]);
        Assert.Empty(await tree.EventsAsync(scan));
        Assert.Equal(before.Count, (await tree.RowVersionsAsync()).Count);
        Assert.Equal("offline storage_unreachable", await StateAsync(tree));
        Assert.Equal("0", await database.ScalarAsync<string>(
            $"select count(*)::text from scanner.files where target_id = {tree.TargetId} and state <> 1"));
        LineCutAfter = null;
        var back = await tree.ScanAsync();
        Assert.Equal([$"deleted {WatchedTree.NameOf(3)}"], await tree.EventsAsync(back));
        Assert.Equal("online", await StateAsync(tree));
    }

    /// <summary>Files read until the line is cut for good.</summary>
    private int? LineCutAfter { get; set; }

    private async Task<WatchedTree> ShareAsync()
    {
        var tree = await WatchedTree.CreateAsync(database, Files);
        await tree.SetTargetAsync("type = 'smb', batch_size = 20");
        return tree;
    }

    private Task<ScannerProcess> StartAsync(WatchedTree tree, int every, List<FlakyStorage> lines) =>
        ScannerProcess.StartAsync(database, configure: builder =>
        {
            builder.Services.AddSingleton(new RetryPolicy
            {
                Patience = TimeSpan.FromSeconds(1),
                FirstPause = TimeSpan.FromMilliseconds(2),
                LongestPause = TimeSpan.FromMilliseconds(50),
            });
            builder.Services.AddSingleton(new StorageBackends().Add("smb", _ =>
            {
                var line = new FlakyStorage(LocalStorage.Open(tree.Root), every) { FilesUntilAway = LineCutAfter };
                lines.Add(line);
                return line;
            }));
        });

    private Task<string?> StateAsync(WatchedTree tree) => database.ScalarAsync<string>(
        $"select concat_ws(' ', state, state_reason) from scanner.target_states where target_id = {tree.TargetId}");
}
