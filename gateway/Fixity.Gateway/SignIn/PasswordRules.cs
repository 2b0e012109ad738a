namespace Fixity.Gateway.SignIn;

/// <summary>Which passwords are refused: what is tried first is no secret, however long it is.</summary>
/// <remarks>Length counts, and no character must come of any class: NIST SP 800-63B, 5.1.1.2.</remarks>
internal static class PasswordRules
{
    public const int MinimumLength = 12;
    public const int MaximumLength = 1024;

    // Characters that may stand beside rows and repetitions without making them a secret: a year's end, an exclamation mark.
    private const int Trimmings = 3;
    private const int ShortestRun = 3;

    // Each row backwards too, and the digits round and round.
    private static readonly string[] Rows =
    [
        .. new[]
        {
            "01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm",
            "qwertzuiop", "azertyuiop", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "1q2w3e4r5t6y7u8i9o0p", "!@#$%^&*()",
        }.SelectMany(row => new[] { row, string.Concat(row.Reverse()) }),
    ];

    private static readonly HashSet<string> Common = ReadCommon();

    /// <returns>What is wrong with a new password, or null.</returns>
    public static string? Complaint(string username, string password)
    {
        var lower = password.ToLowerInvariant();
        return password switch
        {
            { Length: < MinimumLength } => $"A password has at least {MinimumLength} characters.",
            { Length: > MaximumLength } => $"A password has at most {MaximumLength} characters.",
            _ when string.Equals(username, password, StringComparison.OrdinalIgnoreCase) => "A password is not the user name.",
            _ when IsCommon(lower) => "This password is among those that are tried first; take another.",
            _ when IsRepetition(lower) || IsOfRuns(lower) =>
                "This password repeats itself or follows a row of keys, letters or digits; take another.",
            _ => null,
        };
    }

    // "Password2024!!" is "password": digits and signs round a common word are the first that is tried with it.
    private static bool IsCommon(string lower)
    {
        var core = lower.AsSpan();
        while (core.Length > 0 && !char.IsLetter(core[0]))
        {
            core = core[1..];
        }

        while (core.Length > 0 && !char.IsLetter(core[^1]))
        {
            core = core[..^1];
        }

        return Common.Contains(lower) || Common.Contains(core.ToString());
    }

    /// <summary>One piece again and again, whole or cut off at the end.</summary>
    private static bool IsRepetition(string lower)
    {
        for (var piece = 1; piece <= lower.Length / 2; piece++)
        {
            if (lower.AsSpan(piece).SequenceEqual(lower.AsSpan(0, lower.Length - piece)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Nothing but pieces of rows and repeated characters, a few others aside.</summary>
    private static bool IsOfRuns(string lower)
    {
        var others = 0;
        for (var place = 0; place < lower.Length && others <= Trimmings;)
        {
            var run = RunAt(lower.AsSpan(place));
            others += run >= ShortestRun ? 0 : 1;
            place += run >= ShortestRun ? run : 1;
        }

        return others <= Trimmings;
    }

    private static int RunAt(ReadOnlySpan<char> text)
    {
        var same = text.IndexOfAnyExcept(text[0]);
        var longest = same < 0 ? text.Length : same;
        foreach (var row in Rows)
        {
            var run = longest;
            while (run < text.Length && run < row.Length && row.AsSpan().IndexOf(text[..(run + 1)]) >= 0)
            {
                run++;
            }

            longest = run;
        }

        return longest;
    }

    private static HashSet<string> ReadCommon()
    {
        using var list = typeof(PasswordRules).Assembly.GetManifestResourceStream("common-passwords.txt")
            ?? throw new InvalidOperationException("The list of common passwords is not part of the program.");
        using var reader = new StreamReader(list);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
    }
}
