using System.Text;

namespace Fixity.Query.Reading;

/// <summary>Makes a regular expression of PostgreSQL from a glob over whole paths, so that the trigram index serves it.</summary>
/// <remarks>
/// <c>*</c> and <c>?</c> stay within a segment, <c>**</c> is any number of segments, <c>[a-z]</c> and <c>[!a-z]</c> one
/// character. A glob without a slash is of the name alone, in whatever folder. A backslash stands for itself: paths are
/// stored with theirs doubled.
/// </remarks>
internal sealed class PathGlob
{
    private const int MaxCharacters = 1_000;
    private const int MaxWildcards = 32;

    private readonly string _text;
    private readonly StringBuilder _regex = new("^");
    private string? _error;

    private PathGlob(string text) => _text = text;

    /// <returns>Null: it is no glob; the error says why.</returns>
    public static string? ToRegex(string text, out string? error)
    {
        var glob = new PathGlob(text.TrimStart('/'));
        if (text.Length > MaxCharacters || !FilterReader.IsText(text))
        {
            error = $"At most {MaxCharacters} characters, and no NUL.";
            return null;
        }

        if (!text.Contains('/', StringComparison.Ordinal))
        {
            glob._regex.Append("(?:.*/)?");
        }

        glob.Translate();
        error = glob._error;
        return error is null ? glob._regex.Append('$').ToString() : null;
    }

    private void Translate()
    {
        var wildcards = 0;
        for (var i = 0; i < _text.Length;)
        {
            wildcards += _text[i] is '*' or '?' or '[' ? 1 : 0;
            i = _text[i] switch
            {
                '*' => Star(i),
                '?' => Any(i),
                '[' when ClassEnd(i) is var end and > 0 => Class(i, end),
                _ => Literal(i),
            };
        }

        if (wildcards > MaxWildcards)
        {
            _error = $"At most {MaxWildcards} wildcards.";
        }
    }

    // Each of these returns the place after what it took.
    private int Star(int i)
    {
        if (i + 1 >= _text.Length || _text[i + 1] != '*')
        {
            _regex.Append("[^/]*");
            return i + 1;
        }

        var beginsSegment = i == 0 || _text[i - 1] == '/';
        if (beginsSegment && i + 2 < _text.Length && _text[i + 2] == '/')
        {
            _regex.Append("(?:.*/)?");
            return i + 3;
        }

        // At the end of a glob: all that is below. Beside other characters: as one star, over slashes.
        _regex.Append(beginsSegment && i + 2 == _text.Length ? ".+" : ".*");
        return i + 2;
    }

    private int Any(int i)
    {
        _regex.Append("[^/]");
        return i + 1;
    }

    private int Literal(int i)
    {
        Append(_text[i]);
        return i + 1;
    }

    // As in a shell: a bracket that comes first is a member. 0: the class has no end, its bracket stands for itself.
    private int ClassEnd(int i) =>
        Math.Max(_text.IndexOf(']', Math.Min(FirstMember(i) + 1, _text.Length)), 0);

    private int FirstMember(int i) => i + 1 < _text.Length && _text[i + 1] is '!' or '^' ? i + 2 : i + 1;

    private int Class(int i, int end)
    {
        var at = FirstMember(i);
        // What is none of these may still not be a slash.
        _regex.Append(at == i + 2 ? "[^/" : "[");
        while (at < end)
        {
            var isRange = at + 2 < end && _text[at + 1] == '-';
            Append(_text[at]);
            if (isRange)
            {
                _regex.Append('-');
                Append(_text[at + 2]);
                _error = _text[at] > _text[at + 2] ? $"The range {_text[at..(at + 3)]} is the wrong way round." : _error;
            }

            at += isRange ? 3 : 1;
        }

        _regex.Append(']');
        return end + 1;
    }

    private void Append(char character)
    {
        // A backslash before a letter would be a class or a reference; before anything else it takes its meaning away.
        if (char.IsAscii(character) && !char.IsAsciiLetterOrDigit(character))
        {
            _regex.Append('\\');
        }

        _regex.Append(character);
    }
}
