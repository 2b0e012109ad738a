namespace Fixity.Data.Statements;

/// <summary>Says what a statement does: the verb of the outermost part, which stands last where it begins with <c>with</c>.</summary>
internal static class StatementKind
{
    public const string Other = "other";

    /// <returns>select, insert, update, delete, copy or other.</returns>
    public static string Of(string sql)
    {
        var text = sql.AsSpan();
        var depth = 0;
        var isFirst = true;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '(':
                    depth++;
                    break;
                case ')':
                    depth--;
                    break;
                case '\'' or '"':
                    i = EndOfQuoted(text, i);
                    break;
                case '-' when i + 1 < text.Length && text[i + 1] == '-':
                    i = EndOfLine(text, i);
                    break;
                case var c when char.IsAsciiLetter(c):
                    var end = EndOfWord(text, i);
                    if (depth == 0 && Verb(text[i..end], isFirst) is { } verb)
                    {
                        return verb;
                    }

                    isFirst = false;
                    i = end - 1;
                    break;
            }
        }

        return Other;
    }

    // "with" says nothing yet: the verb comes after the parts in parentheses. Any other first word decides.
    private static string? Verb(ReadOnlySpan<char> word, bool isFirst)
    {
        foreach (var verb in (ReadOnlySpan<string>)["select", "insert", "update", "delete", "copy"])
        {
            if (word.Equals(verb, StringComparison.OrdinalIgnoreCase))
            {
                return verb;
            }
        }

        return isFirst && !word.Equals("with", StringComparison.OrdinalIgnoreCase) ? Other : null;
    }

    private static int EndOfQuoted(ReadOnlySpan<char> text, int start) =>
        text[(start + 1)..].IndexOf(text[start]) is >= 0 and var length ? start + 1 + length : text.Length;

    private static int EndOfLine(ReadOnlySpan<char> text, int start) =>
        text[start..].IndexOf('\n') is >= 0 and var length ? start + length : text.Length;

    private static int EndOfWord(ReadOnlySpan<char> text, int start)
    {
        var end = start;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
        {
            end++;
        }

        return end;
    }
}
