using System.Text.Json.Nodes;

namespace Fixity.Query.Tests.Differences;

/// <summary>What two moments differ in by events, against how the files really stood at both.</summary>
[Trait("Category", "Database")]
public sealed class DifferenceTruthTests(RunningQuery query) : IClassFixture<RunningQuery>
{
    private const int Days = 14;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task The_sum_of_the_events_is_the_difference_of_the_states(int seed)
    {
        var target = await query.Database.AddTargetAsync();
        var world = new WatchedWorld(query.Database, target, seed);
        await world.BeginAsync(files: 25);
        await world.LiveAsync(Days);

        for (var from = 0; from < Days; from++)
        {
            for (var to = from + 1; to <= Days; to++)
            {
                var told = await LinesAsync(target, from, to);
                var expected = Differences(world, from, to);

                Assert.Equal(expected, told.Select(Text).Order(StringComparer.Ordinal));
                await EqualsCountsAsync(target, from, to, told);
            }
        }
    }

    private static List<string> Differences(WatchedWorld world, int from, int to)
    {
        var found = new List<string>();
        foreach (var (id, now) in world.At(to))
        {
            var was = world.At(from).GetValueOrDefault(id);
            if (was is { IsThere: false })
            {
                was = null;
            }

            if (Judge(was, now, from, to) is { } type)
            {
                var previous = was is not null && now.IsThere && was.Path != now.Path ? was.Path : null;
                found.Add($"{type} {id} {(now.IsThere ? now.Path : was!.Path)} {previous}");
            }
        }

        return [.. found.Order(StringComparer.Ordinal)];
    }

    private static string? Judge(Life? was, Life now, int from, int to) =>
        now.IsAbsorbed ? null
        : !now.IsThere ? was is null ? null : "deleted"
        : now.Damage is not null && now.DamagedOn > from && now.DamagedOn <= to ? now.Damage
        : was is null ? "added"
        : was.Content != now.Content || was.Size != now.Size ? "modified"
        : was.Path != now.Path ? "moved"
        : was.Damage is not null && now.Damage is null ? "restored"
        : now.AttributesOn > from ? "attributes"
        : was.Mtime != now.Mtime ? "touched"
        : null;

    private static string Text(JsonObject row) =>
        $"{row["type"]} {row["fileId"]} {row["path"]} {row["previousPath"]}";

    /// <summary>By folder, page by page, with the rows counted by hand.</summary>
    private async Task EqualsCountsAsync(int target, int from, int to, List<JsonObject> told)
    {
        foreach (var folder in new[] { "", "d0/", "d1/e2/" })
        {
            var asked = $"/diff?target={target}&from={Time(from)}&to={Time(to)}&path={folder}";
            var page = await query.GetAsync(asked + "&limit=1");
            var folders = await query.AllAsync(asked, 1);

            var below = told.Where(row => IsBelow(row, "path", folder)).ToList();
            Assert.Equal(below.Count, Sum(page["total"]!));
            Assert.Equal(
                told.Count(row => IsBelow(row, "previousPath", folder) && !IsBelow(row, "path", folder)),
                (int)page["total"]!["movedAway"]!);
            Assert.Equal(
                below.Select(row => ChildOf((string)row["path"]!, folder)).OfType<string>().Concat(
                        told.Where(row => IsBelow(row, "previousPath", folder))
                            .Select(row => ChildOf((string)row["previousPath"]!, folder)).OfType<string>())
                    .Distinct().Order(StringComparer.Ordinal),
                folders.Select(child => (string)child["path"]!));
            Assert.Equal(below.Count, folders.Sum(child => Sum(child["counts"]!)) + Sum(page["here"]!));
            foreach (var child in folders)
            {
                Assert.Equal(
                    told.Count(row => IsBelow(row, "path", child["path"] + "/") && (string)row["type"]! == "moved"),
                    (int)child["counts"]!["moved"]!);
                Assert.Equal(
                    told.Count(row => IsBelow(row, "previousPath", child["path"] + "/")
                        && !IsBelow(row, "path", child["path"] + "/")),
                    (int)child["counts"]!["movedAway"]!);
            }
        }
    }

    private static int Sum(JsonNode counts) =>
        counts.AsObject().Where(count => count.Key != "movedAway").Sum(count => (int)count.Value!);

    private static bool IsBelow(JsonObject row, string member, string folder) =>
        ((string?)row[member])?.StartsWith(folder, StringComparison.Ordinal) == true;

    private static string? ChildOf(string path, string folder) =>
        path.IndexOf('/', folder.Length) is >= 0 and var end ? path[..end] : null;

    private static string Time(int day) => WatchedWorld.TimeOf(day).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);

    private async Task<List<JsonObject>> LinesAsync(int target, int from, int to)
    {
        var text = await query.Client.GetStringAsync(new Uri(
            $"/api/v1/exports/diff?target={target}&from={Time(from)}&to={Time(to)}&format=jsonl", UriKind.Relative));
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject())];
    }
}
