namespace Fixity.ServiceDefaults.Paging;

/// <summary>One page of a list; <see cref="NextCursor"/> asks for the next, null says that this was the last.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>Makes pages of query results.</summary>
public static class Page
{
    /// <summary>Cuts a result that was read with one row more than asked for, which tells whether there is a next page.</summary>
    /// <param name="rows">At most <paramref name="limit"/> + 1 rows, in the order of the list.</param>
    /// <param name="cursorOf">The key of the last item of a page, as a cursor.</param>
    public static Page<T> From<T>(IReadOnlyList<T> rows, int limit, Func<T, string> cursorOf) =>
        rows.Count <= limit
            ? new Page<T>(rows, null)
            : new Page<T>([.. rows.Take(limit)], cursorOf(rows[limit - 1]));
}
