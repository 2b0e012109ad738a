using System.Diagnostics.CodeAnalysis;

namespace Fixity.Core.Patterns;

/// <summary>Which paths of a target are watched, by patterns in gitignore syntax: the same rules everywhere.</summary>
/// <remarks>
/// As with git, the last pattern that matches decides, and a folder that is left out is left out with all that is in it:
/// nothing inside can be taken in again. Patterns see the raw bytes of names, as the file system has them.
/// </remarks>
public sealed class PathFilter
{
    private readonly PathPattern[] _include;
    private readonly PathPattern[] _exclude;

    private PathFilter(PathPattern[] include, PathPattern[] exclude) => (_include, _exclude) = (include, exclude);

    /// <summary>Leaves nothing out.</summary>
    public static PathFilter Everything { get; } = new([], []);

    public bool IsEverything => _include.Length + _exclude.Length == 0;

    /// <param name="include">Not empty: only what these match is watched.</param>
    /// <param name="exclude">What these match is not watched, included or not.</param>
    /// <param name="error">The first pattern that no path could ever match as it was meant.</param>
    public static bool TryCreate(
        IReadOnlyList<string> include, IReadOnlyList<string> exclude, [NotNullWhen(true)] out PathFilter? filter,
        [NotNullWhen(false)] out PathPatternError? error)
    {
        filter = null;
        if (!TryParse(include, out var included, out error) || !TryParse(exclude, out var excluded, out error))
        {
            return false;
        }

        filter = new PathFilter(included, excluded);
        return true;
    }

    /// <summary>Starts asking about many paths. For one thread.</summary>
    public PathFilterReader Read() => new(this);

    /// <summary>Whether a path is left out, when the folder that it lies in is not.</summary>
    /// <param name="raw">Without a slash at either end.</param>
    /// <param name="isIncluded">A folder above it is taken in as a whole, by an include pattern; then it too.</param>
    internal bool LeavesOut(ReadOnlySpan<byte> raw, bool isFolder, ref bool isIncluded)
    {
        var name = raw[(raw.LastIndexOf(FilePath.Separator) + 1)..];
        if (Decides(_exclude, raw, name, isFolder))
        {
            return true;
        }

        isIncluded = isIncluded || _include.Length == 0 || Decides(_include, raw, name, isFolder);
        return !isIncluded && !(isFolder && ReachesInto(raw));
    }

    // A folder that is not taken in itself is gone through all the same, for what is in it.
    private bool ReachesInto(ReadOnlySpan<byte> folder)
    {
        foreach (var pattern in _include)
        {
            if (!pattern.IsNegated && pattern.ReachesInto(folder))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Decides(PathPattern[] patterns, ReadOnlySpan<byte> raw, ReadOnlySpan<byte> name, bool isFolder)
    {
        for (var i = patterns.Length - 1; i >= 0; i--)
        {
            if (patterns[i].Matches(raw, name, isFolder))
            {
                return !patterns[i].IsNegated;
            }
        }

        return false;
    }

    private static bool TryParse(
        IReadOnlyList<string> texts, out PathPattern[] patterns, [NotNullWhen(false)] out PathPatternError? error)
    {
        var parsed = new List<PathPattern>();
        patterns = [];
        foreach (var text in texts)
        {
            if (!PathPattern.TryParse(text, out var pattern, out error))
            {
                error ??= new PathPatternError(text, "it cannot be read");
                return false;
            }

            if (pattern is not null)
            {
                parsed.Add(pattern);
            }
        }

        (patterns, error) = ([.. parsed], null);
        return true;
    }
}
