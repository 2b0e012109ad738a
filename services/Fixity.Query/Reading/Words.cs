using System.Collections.Frozen;
using System.Text.Json;

namespace Fixity.Query.Reading;

/// <summary>The words of an enum: one spelling in the database, in JSON and in the query string.</summary>
internal static class Words<T>
    where T : struct, Enum
{
    private static readonly FrozenDictionary<string, T> ByWord = Enum.GetValues<T>()
        .ToFrozenDictionary(value => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()), StringComparer.Ordinal);

    /// <summary>The words in the order of the enum, for people.</summary>
    public static string Listed { get; } = string.Join(", ",
        Enum.GetValues<T>().Select(value => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString())));

    /// <summary>A word that the database holds. An unknown one means that the schema is not the one this was written for.</summary>
    public static T Read(string word) => ByWord.TryGetValue(word, out var value)
        ? value
        : throw new InvalidOperationException($"The database holds '{word}', which is no {typeof(T).Name}.");

    public static bool TryParse(string word, out T value) => ByWord.TryGetValue(word, out value);

    public static string Write(T value) => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
