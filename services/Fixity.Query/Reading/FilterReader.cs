using System.Globalization;
using Fixity.Core;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Query.Reading;

/// <summary>Reads the filters of one request and gathers everything that is wrong with them into one problem.</summary>
internal sealed class FilterReader
{
    private const int MaxSearchCharacters = 1_000;

    private readonly Dictionary<string, string[]> _errors = new(StringComparer.Ordinal);
    private bool _cursorIsBad;

    /// <summary>What to answer instead of a page; null when all filters could be read.</summary>
    public ProblemHttpResult? Problem =>
        _errors.Count > 0 ? ServiceDefaults.Problems.Problem.Validation(_errors)
        : _cursorIsBad ? PagingProblems.BadCursor()
        : null;

    /// <summary>Comma-separated or repeated words of an enum; null when there are none: no filter.</summary>
    public T[]? Words<T>(string name, string? text)
        where T : struct, Enum
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var values = new List<T>();
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (Reading.Words<T>.TryParse(word, out var value))
            {
                values.Add(value);
            }
            else
            {
                _errors[name] = [$"'{word}' is none of {Reading.Words<T>.Listed}."];
            }
        }

        return [.. values];
    }

    /// <summary>One word of an enum; the fallback when there is none.</summary>
    public T Word<T>(string name, string? text, T fallback)
        where T : struct, Enum
    {
        if (string.IsNullOrEmpty(text) || Reading.Words<T>.TryParse(text, out fallback))
        {
            return fallback;
        }

        Refuse(name, $"'{text}' is none of {Reading.Words<T>.Listed}.");
        return fallback;
    }

    /// <summary>A time such as <c>30s</c>, at most <paramref name="longest"/>; null: none.</summary>
    public TimeSpan? Seconds(string name, string? text, TimeSpan longest)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var digits = text.EndsWith('s') ? text.AsSpan(0, text.Length - 1) : text;
        if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return seconds < longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : longest;
        }

        Refuse(name, "A whole number of seconds, such as 30s.");
        return null;
    }

    /// <summary>A member to sort by, with a minus in front for the largest, latest or last first.</summary>
    public Sorting<T> Sort<T>(string? text, Sorting<T> fallback)
        where T : struct, Enum
    {
        if (string.IsNullOrEmpty(text))
        {
            return fallback;
        }

        var isDescending = text[0] == '-';
        if (MemberNames<T>.TryParse(text.AsSpan(isDescending ? 1 : 0), out var by))
        {
            return new Sorting<T>(by, isDescending);
        }

        Refuse("sort", $"'{text}' is none of {MemberNames<T>.Listed}, with or without a minus in front.");
        return fallback;
    }

    /// <summary>A glob over whole paths, as a regular expression of the database; null: none.</summary>
    public string? Glob(string name, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var regex = PathGlob.ToRegex(text, out var error);
        if (error is not null)
        {
            Refuse(name, error);
        }

        return regex;
    }

    /// <summary>A word that is compared as it stands; null: none.</summary>
    public string? Text(string name, string? text)
    {
        if (text is not null && (text.Length > MaxSearchCharacters || !IsText(text)))
        {
            Refuse(name, $"At most {MaxSearchCharacters} characters, and no NUL.");
        }

        return string.IsNullOrEmpty(text) ? null : text;
    }

    /// <summary>A number that is not negative; null: none.</summary>
    public long? Count(string name, long? value)
    {
        if (value < 0)
        {
            Refuse(name, "Not a negative number.");
        }

        return value;
    }

    public void Refuse(string name, string sentence) => _errors[name] = [sentence];

    /// <summary>A file or folder, in the stored spelling, with or without slashes round it; null: everything.</summary>
    public string? Path(string name, string? text)
    {
        var trimmed = text?.Trim('/');
        if (string.IsNullOrEmpty(trimmed))
        {
            return null;
        }

        if (FilePath.TryParse(trimmed, out var path))
        {
            return path.ToString();
        }

        _errors[name] = ["A path has no empty, '.' or '..' segment, and a backslash in it is doubled or written \\xHH."];
        return null;
    }

    /// <summary>A piece of text that is looked for as it stands, as an ILIKE pattern.</summary>
    public string? Contains(string name, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (text.Length > MaxSearchCharacters || !IsText(text))
        {
            _errors[name] = [$"At most {MaxSearchCharacters} characters, and no NUL."];
            return null;
        }

        return "%" + text
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("%", "\\%", StringComparison.Ordinal)
            .Replace("_", "\\_", StringComparison.Ordinal) + "%";
    }

    /// <summary>Whether the text has three letters or digits in a row: fewer the index of searches cannot find.</summary>
    public static bool HasTrigram(string text)
    {
        var run = 0;
        foreach (var character in text)
        {
            run = char.IsLetterOrDigit(character) ? run + 1 : 0;
            if (run == 3)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether PostgreSQL can hold the text.</summary>
    public static bool IsText(string text) => !text.Contains('\0', StringComparison.Ordinal);

    /// <summary>Where the next page begins; <paramref name="first"/> for the first page.</summary>
    /// <param name="isSound">Whether a key that could be decoded is also one that the database can be asked with.</param>
    public TKey Cursor<TKey>(string? text, TKey first, Func<TKey, bool>? isSound = null)
    {
        if (string.IsNullOrEmpty(text))
        {
            return first;
        }

        if (ServiceDefaults.Paging.Cursor.TryDecode<TKey>(text, out var key) && key is not null && isSound?.Invoke(key) != false)
        {
            return key;
        }

        _cursorIsBad = true;
        return first;
    }
}
