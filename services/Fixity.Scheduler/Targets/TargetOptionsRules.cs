using Fixity.Core;
using Fixity.Core.Patterns;

namespace Fixity.Scheduler.Targets;

/// <summary>What the options of a target must be, said by field and with what to do about it.</summary>
internal static class TargetOptionsRules
{
    private const int MaxPatterns = 1_000;
    private const int MaxPatternLength = 1_000;

    private static readonly string[] Attributes = ["mode", "owner", "group", "links", "acl", "xattrs", "capabilities"];

    private static readonly string[] Days =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    /// <param name="require">Takes whether it holds, the field, and the sentence for when it does not.</param>
    public static void Check(TargetOptions options, Action<bool, string, string> require)
    {
        CheckWords(options.WatchedAttributes, Attributes, "options.watchedAttributes", require);
        CheckPatterns(options, require);
        require(Enum.IsDefined(options.VerifyFrom), "options.verifyFrom", "Verification reads from cache, medium or direct.");
        CheckLimit(options.Limit, "options.limit", require);
        if (options.WorkingHours is { } hours)
        {
            require(hours.Days.Count > 0, "options.workingHours.days", "Name at least one day, or leave the working hours out.");
            CheckWords(hours.Days, Days, "options.workingHours.days", require);
            require(
                hours.From != hours.To,
                "options.workingHours.to",
                "The end must differ from the beginning; a whole day is 00:00 to 23:59:59.");
            CheckLimit(hours.Limit, "options.workingHours.limit", require);
        }
    }

    private static void CheckWords(
        IReadOnlyList<string> words, string[] known, string field, Action<bool, string, string> require)
    {
        require(words.Distinct(StringComparer.Ordinal).Count() == words.Count, field, "Say each word once.");
        foreach (var word in words)
        {
            require(known.Contains(word, StringComparer.Ordinal), field, $"'{word}' is none of {string.Join(", ", known)}.");
        }
    }

    private static void CheckPatterns(TargetOptions options, Action<bool, string, string> require)
    {
        // One list at a time, to know which of them the pattern stands in.
        CheckPatterns(options.Include, "options.include", require);
        CheckPatterns(options.Exclude, "options.exclude", require);
    }

    private static void CheckPatterns(
        IReadOnlyList<string> patterns, string field, Action<bool, string, string> require)
    {
        require(patterns.Count <= MaxPatterns, field, $"At most {MaxPatterns} patterns; say more with fewer by using **.");
        for (var i = 0; i < patterns.Count; i++)
        {
            // JSON may hold a null where the type says there is none.
            var pattern = patterns[i] ?? "";
            require(!string.IsNullOrWhiteSpace(pattern), field, $"Pattern {i + 1} is empty; take it out.");
            require(pattern.Length <= MaxPatternLength, field, $"Pattern {i + 1} is longer than {MaxPatternLength} characters.");
            require(
                !pattern.Any(char.IsControl), field, $"Pattern {i + 1} holds a control character; write one pattern an item.");
            if (!PathFilter.TryCreate([pattern], [], out _, out var error))
            {
                require(false, field, $"Pattern {i + 1} can match nothing: {error.Reason}; correct it or take it out.");
            }
        }
    }

    private static void CheckLimit(RateLimit limit, string field, Action<bool, string, string> require)
    {
        require(
            limit.BytesPerSecond is null or > 0, $"{field}.bytesPerSecond", "The limit must be above 0, or null for none.");
        require(
            limit.OpensPerSecond is null or > 0, $"{field}.opensPerSecond", "The limit must be above 0, or null for none.");
    }
}
