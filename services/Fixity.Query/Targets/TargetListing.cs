using Fixity.Query.Reading;

namespace Fixity.Query.Targets;

/// <summary>What targets can be sorted by.</summary>
public enum TargetOrder
{
    Name,
    CreatedAt,
    FilesPresent,
    BytesPresent,
}

/// <summary>Which targets are asked for; null: no such filter.</summary>
/// <param name="Pattern">An ILIKE pattern over the name.</param>
internal sealed record TargetFilter(
    TargetType[]? Types = null, TargetState[]? States = null, bool? Enabled = null, string? Pattern = null);

/// <summary>The last target of a page: names are unique, values are not.</summary>
/// <param name="Sort">The order that it is a place of.</param>
internal sealed record TargetKey(string Sort, long Value, string Name)
{
    /// <summary>A cursor is what a client sends: it may be of another order, or lack the name.</summary>
    public bool IsSound(Sorting<TargetOrder> sorting) =>
        Sort == sorting.ToString() && Name is not null && FilterReader.IsText(Name);

    public static TargetKey Before(Sorting<TargetOrder> sorting) =>
        new(sorting.ToString(), sorting.IsDescending ? long.MaxValue : long.MinValue, "");
}
