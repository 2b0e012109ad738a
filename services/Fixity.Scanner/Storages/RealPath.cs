namespace Fixity.Scanner.Storages;

/// <summary>Where a path leads when every link on its way is followed, so that a link leads out of no folder unseen.</summary>
internal static class RealPath
{
    private const int MostLinks = 40;

    /// <exception cref="IOException">Links lead in circles.</exception>
    public static string Of(string path)
    {
        var links = 0;
        var real = Path.GetPathRoot(path) ?? "/";
        var rest = new Stack<string>(Segments(path).Reverse());
        while (rest.TryPop(out var segment))
        {
            if (segment is "..")
            {
                real = Path.GetDirectoryName(real) ?? real;
                continue;
            }

            var next = Path.Join(real, segment);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MostLinks)
            {
                throw new IOException($"The links of {path} lead in circles.");
            }

            real = Path.IsPathFullyQualified(target) ? Path.GetPathRoot(target) ?? "/" : real;
            foreach (var further in Segments(target).Reverse())
            {
                rest.Push(further);
            }
        }

        return real;
    }

    private static string[] Segments(string path) =>
        [.. path[(Path.GetPathRoot(path)?.Length ?? 0)..].Split('/', Path.DirectorySeparatorChar).Where(s => s is not ("" or "."))];
}
