using System.Text;

namespace Fixity.Core.Patterns;

/// <summary>One line of gitignore syntax, made ready to be asked about names.</summary>
internal sealed class PathPattern
{
    private readonly SegmentPattern[] _segments;

    // Without a slash in its middle or at its front it is about the last name alone, wherever that is.
    private readonly bool _isAnchored;
    private readonly bool _isForFolders;

    private PathPattern(SegmentPattern[] segments, bool isAnchored, bool isForFolders, bool isNegated) =>
        (_segments, _isAnchored, _isForFolders, IsNegated) = (segments, isAnchored, isForFolders, isNegated);

    /// <summary>It begins with an exclamation mark: what it matches is taken out again.</summary>
    public bool IsNegated { get; }

    /// <param name="pattern">Null with a true result: a comment.</param>
    public static bool TryParse(string text, out PathPattern? pattern, out PathPatternError? error)
    {
        (pattern, error) = (null, null);
        if (text.AsSpan().ContainsAny('\0', '\n'))
        {
            error = new PathPatternError(text, "it holds a line break or a zero byte");
            return false;
        }

        if (text.StartsWith('#'))
        {
            return true;
        }

        var isNegated = text.StartsWith('!');
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(text);
        rest = WithoutTrailingSpaces(rest)[(isNegated ? 1 : 0)..];
        var isForFolders = rest.EndsWith("/"u8);
        rest = isForFolders ? rest[..^1] : rest;
        var isAnchored = rest.Contains((byte)'/');
        rest = rest.StartsWith("/"u8) ? rest[1..] : rest;
        if (rest.IsEmpty)
        {
            error = new PathPatternError(text, "it names nothing");
            return false;
        }

        var segments = new List<SegmentPattern>();
        while (!rest.IsEmpty)
        {
            if (SegmentPattern.Take(ref rest, out var reason) is not { } segment)
            {
                error = new PathPatternError(text, reason);
                return false;
            }

            segments.Add(segment);
        }

        pattern = new PathPattern([.. segments], isAnchored, isForFolders, isNegated);
        return true;
    }

    /// <param name="path">Raw bytes, without a slash at either end.</param>
    /// <param name="name">Its last segment.</param>
    public bool Matches(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, bool isFolder) =>
        (isFolder || !_isForFolders) && (_isAnchored ? Matches(_segments, path) : _segments[0].Matches(name));

    /// <summary>Whether it may match something below the folder.</summary>
    public bool ReachesInto(ReadOnlySpan<byte> folder)
    {
        if (!_isAnchored)
        {
            return true;
        }

        foreach (var segment in _segments)
        {
            if (segment.IsAnyNames || folder.IsEmpty)
            {
                return true;
            }

            if (!segment.Matches(TakeName(ref folder)))
            {
                return false;
            }
        }

        return false; // It ends at the folder or above it.
    }

    private static bool Matches(ReadOnlySpan<SegmentPattern> segments, ReadOnlySpan<byte> path)
    {
        while (!segments.IsEmpty)
        {
            if (segments[0].IsAnyNames)
            {
                return MatchesAfterAnyNames(segments[1..], path);
            }

            if (path.IsEmpty || !segments[0].Matches(TakeName(ref path)))
            {
                return false;
            }

            segments = segments[1..];
        }

        return path.IsEmpty;
    }

    // At the end they stand for one name at least: "a/**" is what is in a, not a itself.
    private static bool MatchesAfterAnyNames(ReadOnlySpan<SegmentPattern> segments, ReadOnlySpan<byte> path)
    {
        if (segments.IsEmpty)
        {
            return !path.IsEmpty;
        }

        while (!path.IsEmpty)
        {
            if (Matches(segments, path))
            {
                return true;
            }

            TakeName(ref path);
        }

        return false;
    }

    private static ReadOnlySpan<byte> TakeName(ref ReadOnlySpan<byte> path)
    {
        var end = path.IndexOf(FilePath.Separator);
        var name = end < 0 ? path : path[..end];
        path = end < 0 ? [] : path[(end + 1)..];
        return name;
    }

    private static ReadOnlySpan<byte> WithoutTrailingSpaces(ReadOnlySpan<byte> line)
    {
        // A space that a backslash escapes stays, and everything before it.
        var end = 0;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\')
            {
                i++;
                end = Math.Min(i + 1, line.Length);
            }
            else if (line[i] != ' ')
            {
                end = i + 1;
            }
        }

        return line[..end];
    }
}
