using System.Globalization;
using Fixity.Testing.Postgres;

namespace Fixity.Scanner.Tests.Scans;

/// <summary>Thousands of seeded renames, swaps, copies, links and replacements: what is told adds up to what was done.</summary>
[Trait("Scenario", "A2")]
public sealed class ShuffleCampaignTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private const int ActsPerScan = 40;

    private static readonly int Rounds = Environment.GetEnvironmentVariable("FIXITY_FULL") == "1" ? 250 : 25;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task What_is_gone_has_moved_or_is_deleted_and_what_came_has_moved_or_is_added(int seed)
    {
        using var tree = await WatchedTree.CreateAsync(database, 60);
        var shuffled = new ShuffledTree(tree.Root, new Random(seed));
        shuffled.SpreadTimes();
        await using var scanner = await ScannerProcess.StartAsync(database);
        await tree.ScanAsync();
        for (var round = 0; round < Rounds; round++)
        {
            var before = await shuffled.LookAsync();
            for (var i = 0; i < ActsPerScan; i++)
            {
                shuffled.Act();
            }

            var after = await shuffled.LookAsync();
            var scan = await tree.ScanAsync(round % 3 == 0 ? "full" : "incremental");

            AssertTold(before, after, Told(await tree.EventsAsync(scan)), $"seed {seed}, round {round}");
            await AssertKnownAsync(tree, after);
        }
    }

    [Fact]
    public async Task What_happens_while_it_is_scanned_is_told_in_the_end_and_none_of_it_as_damage()
    {
        using var tree = await WatchedTree.CreateAsync(database, 400);
        var shuffled = new ShuffledTree(tree.Root, new Random(3));
        shuffled.SpreadTimes();
        using var first = await RealScanner.StartAsync(database, splitFiles: 50);
        using var second = await RealScanner.StartAsync(database, splitFiles: 50);
        await tree.ScanAsync();
        await tree.SetTargetAsync("""batch_size = 20, workers = 2, options = '{"limit": {"opensPerSecond": 500}}'""");
        var known = new HashSet<string>((await shuffled.LookAsync()).Keys, StringComparer.Ordinal);
        for (var round = 0; round < Rounds / 5; round++)
        {
            var scan = await tree.QueueAsync("full");
            while (await database.ScalarAsync<bool>($"select ended_at is null from scheduler.scans where id = {scan}"))
            {
                shuffled.Act();
                await Task.Delay(10);
            }
        }

        await tree.ScanAsync();
        var after = await shuffled.LookAsync();
        await AssertKnownAsync(tree, after);
        Assert.Empty(await tree.EventsAsync(await tree.ScanAsync("full")));
        var scans = await database.ListAsync(
            $"select id::text from scheduler.scans where target_id = {tree.TargetId} order by id");
        foreach (var scan in scans)
        {
            var events = Told(await tree.EventsAsync(long.Parse(scan, CultureInfo.InvariantCulture)));
            Assert.DoesNotContain(events, e => e.Type is "corrupted" or "tampered" or "restored");
            known.ExceptWith(events.Where(e => e.Type is "moved" or "deleted").Select(e => e.From ?? e.Path));
            known.UnionWith(events.Where(e => e.Type is "moved" or "added").Select(e => e.Path));
        }

        Assert.Equal(after.Keys, known.Order(StringComparer.Ordinal));
    }

    private static void AssertTold(
        SortedDictionary<string, ShuffledTree.Seen> before, SortedDictionary<string, ShuffledTree.Seen> after,
        List<(string Type, string? From, string Path)> events, string when)
    {
        var moves = events.Where(e => e.Type == "moved").ToList();
        var froms = moves.Select(m => m.From!).ToHashSet(StringComparer.Ordinal);
        var tos = moves.Select(m => m.Path).ToHashSet(StringComparer.Ordinal);
        Assert.True(froms.Count == moves.Count && tos.Count == moves.Count, $"{when}: one path moved twice");
        foreach (var move in moves)
        {
            Assert.True(
                before.TryGetValue(move.From!, out var was) && after.TryGetValue(move.Path, out var now)
                    && !after.ContainsKey(move.From!) && !before.ContainsKey(move.Path) && was.Content == now.Content,
                $"{when}: no move was {move}");
        }

        var gone = before.Keys.Except(after.Keys).ToList();
        var come = after.Keys.Except(before.Keys).ToList();
        var modified = before.Where(b => after.TryGetValue(b.Key, out var now) && now.Content != b.Value.Content);
        string[] expected =
        [
            .. gone.Where(p => !froms.Contains(p)).Select(p => $"deleted {p}"),
            .. come.Where(p => !tos.Contains(p)).Select(p => $"added {p}"),
            .. modified.Select(m => $"modified {m.Key}"),
        ];
        var told = events.Where(e => e.Type != "moved").Select(e => $"{e.Type} {e.Path}").ToList();
        Assert.True(
            told.Count == expected.Length && !expected.Except(told).Any(),
            $"{when}: told {string.Join(", ", told.Except(expected))} instead of {string.Join(", ", expected.Except(told))}");

        // The same inode with the same content and time, under one name before and after, is the same file.
        foreach (var from in gone.Where(p => before[p].Metadata.Links == 1))
        {
            var was = before[from];
            var same = come.FindAll(p => after[p].Metadata.FileId == was.Metadata.FileId
                && after[p].Metadata is { Links: 1 } && after[p].Content == was.Content
                && after[p].Metadata.MtimeNs == was.Metadata.MtimeNs);
            Assert.All(same, to => Assert.True(moves.Exists(m => m.From == from && m.Path == to), $"{when}: {from} is now {to}"));
        }

        // What is left of one content on both sides is none: it would have moved. A link to what is there did not.
        var there = before.Where(b => after.ContainsKey(b.Key)).Select(b => after[b.Key].Metadata.FileId).ToHashSet();
        var deleted = gone.Where(p => !froms.Contains(p)).Select(p => before[p].Content).Where(c => c != "");
        var added = come.Where(p => !tos.Contains(p) && !there.Contains(after[p].Metadata.FileId)).Select(p => after[p].Content);
        Assert.Empty(deleted.Intersect(added));
    }

    private async Task AssertKnownAsync(WatchedTree tree, SortedDictionary<string, ShuffledTree.Seen> after)
    {
        Assert.Equal(
            after.Select(a => $"{a.Key} {a.Value.Checksum} {a.Value.Metadata.MtimeNs}"),
            await database.ListAsync($"""
                select path || ' ' || encode(checksum, 'hex') || ' ' || mtime_ns from scanner.files
                where target_id = {tree.TargetId} and state = 1 order by path
                """));
        await tree.AssertCountsAgreeAsync();
    }

    private static List<(string Type, string? From, string Path)> Told(List<string> events) => events.ConvertAll(e =>
    {
        var (type, rest) = (e[..e.IndexOf(' ', StringComparison.Ordinal)], e[(e.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        var arrow = rest.IndexOf(" -> ", StringComparison.Ordinal);
        return (type, arrow < 0 ? null : rest[..arrow], arrow < 0 ? rest : rest[(arrow + 4)..]);
    });
}
