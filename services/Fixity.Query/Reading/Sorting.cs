namespace Fixity.Query.Reading;

/// <summary>What a list is sorted by, and which way.</summary>
/// <param name="By">The member of the items, as an enum of those that can be sorted by.</param>
internal readonly record struct Sorting<T>(T By, bool IsDescending)
    where T : struct, Enum
{
    /// <summary>As it is asked for: <c>size</c>, <c>-size</c>. Part of a cursor, which is good for its own order alone.</summary>
    public override string ToString() => (IsDescending ? "-" : "") + MemberNames<T>.Of(By);
}

/// <summary>The members of items that an enum stands for: <c>VerifiedAt</c> is <c>verifiedAt</c>.</summary>
internal static class MemberNames<T>
    where T : struct, Enum
{
    public static string Listed { get; } = string.Join(", ", Enum.GetValues<T>().Select(Of));

    public static string Of(T value) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    public static bool TryParse(ReadOnlySpan<char> name, out T value)
    {
        foreach (var candidate in Enum.GetValues<T>())
        {
            if (name.SequenceEqual(Of(candidate)))
            {
                value = candidate;
                return true;
            }
        }

        value = default;
        return false;
    }
}
