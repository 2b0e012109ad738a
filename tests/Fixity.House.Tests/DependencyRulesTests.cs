using System.Xml.Linq;

namespace Fixity.House.Tests;

/// <summary>Who may reference whom. Changing this map is an architecture decision: write docs/decisions/NNNN-*.md with it.</summary>
public sealed class DependencyRulesTests
{
    private static readonly string[] Service = ["Fixity.Core", "Fixity.Data", "Fixity.ServiceDefaults"];
    private static readonly string[] Backend = ["Fixity.Core", "Fixity.Storage"];

    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Fixity.Core"] = [],
        ["Fixity.Smb"] = [],
        ["Fixity.ServiceDefaults"] = [],
        ["Fixity.Hashing"] = ["Fixity.Core"],
        ["Fixity.Storage"] = ["Fixity.Core"],
        ["Fixity.Data"] = ["Fixity.Core"],
        ["Fixity.Storage.Local"] = Backend,
        ["Fixity.Storage.S3"] = Backend,
        ["Fixity.Storage.Smb"] = [.. Backend, "Fixity.Smb"],
        ["Fixity.Scanning"] = ["Fixity.Core", "Fixity.Hashing", "Fixity.Storage"],
        ["Fixity.Scheduler"] = Service,
        ["Fixity.Alert"] = Service,
        ["Fixity.Query"] = Service,
        ["Fixity.Scanner"] =
        [
            .. Service, "Fixity.Scanning", "Fixity.Hashing", "Fixity.Storage",
            "Fixity.Storage.Local", "Fixity.Storage.Smb", "Fixity.Storage.S3",
        ],
        ["Fixity.Gateway"] = ["Fixity.Data", "Fixity.ServiceDefaults"],
        ["Fixity.Migrations"] = ["Fixity.Data", "Fixity.ServiceDefaults"],

        // As resources: built before the AppHost, started by it, never linked into it.
        ["Fixity.AppHost"] =
        [
            "Fixity.Migrations", "Fixity.Scheduler", "Fixity.Scanner", "Fixity.Alert", "Fixity.Query",
            "Fixity.Gateway",
        ],
        ["Fixity.Bitrot"] = [],
        ["Fixity.Seed"] = ["Fixity.Data"],
    };

    /// <summary>Everything that runs in production, and the tools. Tests may reference what they test.</summary>
    private static IEnumerable<string> Projects =>
        Repository.Files(".csproj").Where(path => !path.IsBelow("tests", "compat", "bench"));

    [Fact]
    public void Every_project_has_a_place_on_the_map() =>
        Assert.Empty(Projects.Where(project => !Allowed.ContainsKey(NameOf(project)))
            .Select(project => $"{project}: say above what it may reference"));

    [Fact]
    public void Every_reference_is_on_the_map()
    {
        var violations =
            from project in Projects
            from reference in ReferencesOf(project)
            where !Allowed.GetValueOrDefault(NameOf(project), []).Contains(NameOf(reference))
            select $"{NameOf(project)} → {NameOf(reference)}";

        Assert.Empty(violations);
    }

    [Fact]
    public void Stand_ins_are_reached_by_their_package_names_only() =>
        Assert.Empty(
            from project in Projects
            from reference in ReferencesOf(project)
            where reference.Contains("compat/", StringComparison.Ordinal)
            select $"{project}: write <PackageReference> instead of {reference}");

    [Fact]
    public void Stand_ins_know_nothing_of_ours() =>
        Assert.Empty(
            from project in Repository.Files(".csproj").Where(path => path.IsBelow("compat"))
            from reference in ReferencesOf(project)
            where NameOf(reference).StartsWith("Fixity.", StringComparison.Ordinal)
            select $"{project} → {reference}");

    [Fact]
    public void The_map_has_no_circle()
    {
        foreach (var project in Allowed.Keys)
        {
            Assert.DoesNotContain(project, Reachable(project));
        }
    }

    private static HashSet<string> Reachable(string project)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(Allowed[project]);
        while (open.TryPop(out var next))
        {
            if (seen.Add(next))
            {
                foreach (var further in Allowed[next])
                {
                    open.Push(further);
                }
            }
        }

        return seen;
    }

    private static string NameOf(string project) => Path.GetFileNameWithoutExtension(project);

    private static IEnumerable<string> ReferencesOf(string project) =>
        XDocument.Load(Repository.FullPath(project)).Descendants("ProjectReference")
            .Select(r => ((string)r.Attribute("Include")!).Replace('\\', '/'));
}
