using System.Text.RegularExpressions;

namespace Fixity.House.Tests;

/// <summary>What no in-SDK analyzer checks. The rules themselves are in <see cref="SourceRule"/>.</summary>
public sealed partial class SourceRulesTests
{
    private const int MaxLines = 400;

    public static TheoryData<int> Rules => [.. Enumerable.Range(0, SourceRule.All.Count)];

    [Theory]
    [MemberData(nameof(Rules))]
    public void No_file_breaks_the_rule(int index)
    {
        var rule = SourceRule.All[index];

        Assert.Empty(Repository.AllFiles
            .Where(path => rule.HoldsIn(path) && rule.Hits(TextFor(rule, path)))
            .Select(path => $"{path}: has {rule.Pattern}; write {rule.Instead}"));
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void The_rule_catches_its_example(int index) =>
        Assert.True(SourceRule.All[index].Hits(SourceRule.All[index].Example));

    [Fact]
    public void No_file_outgrows_a_screenful_of_screens() =>
        Assert.Empty(Repository.Files(".cs", ".ts", ".tsx")
            .Where(path => !path.EndsWith(".d.ts", StringComparison.Ordinal))
            .Select(path => (path, lines: File.ReadLines(Repository.FullPath(path)).Count()))
            .Where(f => f.lines > MaxLines)
            .Select(f => $"{f.path}: {f.lines} lines, at most {MaxLines}"));

    [Fact]
    public void No_two_log_messages_have_one_event_id()
    {
        // Whoever filters logs by the id gets both, and the ids are told nowhere but there.
        var ids = Repository.Files(".cs").Where(path => !path.IsBelow(["tests"]))
            .SelectMany(path => EventId().Matches(Repository.Read(path)), (path, id) => (path, id: id.Groups[1].Value))
            .ToLookup(found => found.id, found => found.path);

        Assert.NotEmpty(ids);
        Assert.Empty(ids.Where(id => id.Count() > 1).Select(id => $"{id.Key}: {string.Join(", ", id)}"));
    }

    [Fact]
    public void The_walk_sees_the_repository()
    {
        // If it saw nothing, every rule above would hold.
        Assert.Contains("Directory.Packages.props", Repository.AllFiles);
        Assert.Contains("libs/Fixity.Core/ChecksumAlgorithm.cs", Repository.AllFiles);
    }

    private static string TextFor(SourceRule rule, string path) => rule.SparesComments
        ? string.Join('\n', File.ReadLines(Repository.FullPath(path)).Where(line => !IsComment(line)))
        : Repository.Read(path);

    [GeneratedRegex(@"LoggerMessage\((\d+),")]
    private static partial Regex EventId();

    private static bool IsComment(string line) => line.TrimStart().StartsWith("//", StringComparison.Ordinal);
}
