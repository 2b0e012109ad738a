using System.Globalization;
using System.Text.RegularExpressions;

namespace Fixity.House.Tests;

/// <summary>Where things lie: migrations in one numbered row, every project in the solution.</summary>
public sealed partial class LayoutTests
{
    private const string Migrations = "libs/Fixity.Data/Migrations";

    [Fact]
    public void Migrations_are_numbered_without_gaps()
    {
        var files = Repository.Files(".sql").Where(path => path.IsBelow(Migrations)).ToList();
        Assert.All(files, path => Assert.Matches(MigrationName(), Path.GetFileName(path)));

        var numbers = files
            .Select(path => int.Parse(Path.GetFileName(path).AsSpan(0, 4), CultureInfo.InvariantCulture))
            .Order();

        Assert.Equal(Enumerable.Range(1, files.Count), numbers);
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repository.Read("Fixity.sln").Replace('\\', '/');

        Assert.Empty(Repository.Files(".csproj")
            .Where(path => !solution.Contains($"\"{path}\"", StringComparison.OrdinalIgnoreCase))
            .Select(path => $"dotnet sln add {path}"));
    }

    [Fact]
    public void Every_library_and_service_lies_in_a_folder_of_its_name() =>
        Assert.Empty(Repository.Files(".csproj")
            .Where(path => path.IsBelow("libs", "services", "gateway", "compat", "tests"))
            .Where(path => Path.GetFileName(Path.GetDirectoryName(path)) != Path.GetFileNameWithoutExtension(path))
            .Select(path => $"{path}: the folder is named otherwise"));

    [GeneratedRegex(@"^\d{4}_[a-z0-9_]+\.sql$")]
    private static partial Regex MigrationName();
}
