namespace Fixity.Query.Reading;

/// <summary>Words that several routes say of the same parameter.</summary>
internal static class Limits
{
    public const string Description = "Items a page: 50 unless said, at most 200.";
}
