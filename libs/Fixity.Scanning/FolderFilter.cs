using Fixity.Core.Patterns;
using Fixity.Storage;

namespace Fixity.Scanning;

/// <summary>Keeps a listing out of the folders that a target's patterns leave out.</summary>
public sealed class FolderFilter : IEntryFilter
{
    private readonly PathFilterReader _filter;

    private FolderFilter(PathFilterReader filter) => _filter = filter;

    /// <returns>Null: every folder is gone into.</returns>
    public static FolderFilter? Of(PathFilter filter) => filter.IsEverything ? null : new FolderFilter(filter.Read());

    public bool Enters(ReadOnlySpan<byte> rangeKey) => !_filter.LeavesOutFolder(rangeKey);
}
