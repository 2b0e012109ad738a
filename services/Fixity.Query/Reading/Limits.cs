namespace Fixity.Query.Reading;

/// <summary>Words that several routes say of the same parameter.</summary>
internal static class Limits
{
    public const string Description = "Items a page: 50 unless said, at most 200.";

    public const string Glob =
        "A pattern over the whole path, such as **/*.raw or photos/2019/*: * and ? stay within a segment, ** is any number " +
        "of segments, [a-z] and [!a-z] one character. Without a slash it is of the name alone. Case matters.";
}
