namespace Fixity.House.Tests;

/// <summary>The files of this repository as they lie on disk, without what is built, downloaded or generated at run time.</summary>
internal static class Repository
{
    private static readonly HashSet<string> NotOurs = new(StringComparer.Ordinal)
    {
        ".git", ".vs", ".idea", ".fixity", "artifacts", "bin", "obj", "node_modules", "dist", "test-results",
        "playwright-report",
    };

    public static string Root { get; } = FindRoot();

    /// <summary>Every file, relative to the root, with <c>/</c> between folders.</summary>
    public static IReadOnlyList<string> AllFiles { get; } =
        [.. Walk(new DirectoryInfo(Root)).Select(Relative).Order(StringComparer.Ordinal)];

    public static IEnumerable<string> Files(params string[] extensions) =>
        AllFiles.Where(path => extensions.Any(e => path.EndsWith(e, StringComparison.Ordinal)));

    public static string Read(string relative) => File.ReadAllText(FullPath(relative));

    public static string FullPath(string relative) => Path.Combine(Root, relative);

    public static string Relative(string fullPath) =>
        Path.GetRelativePath(Root, fullPath).Replace(Path.DirectorySeparatorChar, '/');

    public static bool IsBelow(this string relative, params string[] folders) =>
        folders.Any(folder => relative.StartsWith(folder + "/", StringComparison.Ordinal));

    private static IEnumerable<string> Walk(DirectoryInfo folder)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo child)
            {
                if (!NotOurs.Contains(child.Name) && child.LinkTarget is null)
                {
                    foreach (var file in Walk(child))
                    {
                        yield return file;
                    }
                }
            }
            else if (!NotOurs.Contains(entry.Name))
            {
                yield return entry.FullName;
            }
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName
            ?? throw new InvalidOperationException("The tests do not run below the root of the repository.");
    }
}
