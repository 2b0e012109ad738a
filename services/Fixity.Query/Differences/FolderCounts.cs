namespace Fixity.Query.Differences;

/// <summary>Counts differences below a folder, by the folders in it, and keeps one page of those.</summary>
/// <remarks>
/// Memory holds a page, whatever the number of folders: once there are more, the last by name goes. Nothing that went
/// comes back, since what is kept only ever moves forward in the order.
/// </remarks>
/// <param name="folder">Prefix with its slash; empty: the root.</param>
/// <param name="after">Name of the last folder of the page before; empty: the first page.</param>
internal sealed class FolderCounts(string folder, string after, int limit)
{
    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tally> _kept = new(StringComparer.Ordinal);
    private readonly Tally _total = new();
    private readonly Tally _here = new();

    public DifferenceCounts Total => _total.ToCounts();

    public DifferenceCounts Here => _here.ToCounts();

    /// <summary>One more than the limit, when there is one.</summary>
    public List<DifferentFolder> Folders =>
        [.. _names.Select(name => new DifferentFolder(folder + name, _kept[name].ToCounts()))];

    public void Add(DifferenceView difference)
    {
        var isBelow = IsBelow(difference.Path);
        var child = isBelow ? ChildOf(difference.Path) : null;
        if (isBelow)
        {
            _total.Add(difference.Type);
            TallyOf(child)?.Add(difference.Type);
        }

        if (difference.PreviousPath is not { } previous || !IsBelow(previous))
        {
            return;
        }

        if (!isBelow)
        {
            _total.MovedAway++;
        }

        if (ChildOf(previous) is var origin && (!isBelow || origin != child) && TallyOf(origin) is { } left)
        {
            left.MovedAway++;
        }
    }

    private bool IsBelow(string path) => path.StartsWith(folder, StringComparison.Ordinal);

    /// <returns>Null: it lies in the folder itself.</returns>
    private string? ChildOf(string path) =>
        path.IndexOf('/', folder.Length) is >= 0 and var end ? path[folder.Length..end] : null;

    /// <returns>Null: the child is not on this page.</returns>
    private Tally? TallyOf(string? child)
    {
        if (child is null)
        {
            return _here;
        }

        if (_kept.TryGetValue(child, out var known))
        {
            return known;
        }

        if (string.CompareOrdinal(child, after) <= 0
            || (_names.Count > limit && string.CompareOrdinal(child, _names.Max) > 0))
        {
            return null;
        }

        var added = new Tally();
        _names.Add(child);
        _kept.Add(child, added);
        if (_names.Count > limit + 1)
        {
            _kept.Remove(_names.Max!);
            _names.Remove(_names.Max!);
        }

        return added;
    }

    private sealed class Tally
    {
        private readonly long[] _byType = new long[(int)DifferenceType.Touched + 1];

        public long MovedAway { get; set; }

        public void Add(DifferenceType type) => _byType[(int)type]++;

        public DifferenceCounts ToCounts() => new(
            Of(DifferenceType.Added), Of(DifferenceType.Deleted), Of(DifferenceType.Modified), Of(DifferenceType.Moved),
            Of(DifferenceType.Corrupted), Of(DifferenceType.Tampered), Of(DifferenceType.Restored),
            Of(DifferenceType.Attributes), Of(DifferenceType.Touched), MovedAway);

        private long Of(DifferenceType type) => _byType[(int)type];
    }
}
