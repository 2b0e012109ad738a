using Fixity.Alert.Deliveries.Matching;
using Fixity.Core;
using Fixity.Core.Patterns;

namespace Fixity.Alert.Deliveries.Judging;

/// <summary>Patterns in gitignore syntax, as said of webhooks and mutes: which files they are about. For one thread.</summary>
internal sealed class PathRule
{
    private readonly PathFilterReader _reader;

    /// <exception cref="InvalidOperationException">What is stored was checked, by a version that knew more patterns.</exception>
    public PathRule(IReadOnlyList<string> patterns) => _reader = PathFilter.TryCreate(patterns, [], out var filter, out var error)
        ? filter.Read()
        : throw new InvalidOperationException($"\"{error.Pattern}\" is not a pattern that this version knows: {error.Reason}.");

    /// <summary>A file that left, or came, is also where it was.</summary>
    public bool Covers(SourceEvent found) => Covers(found.Path) || Covers(found.PreviousPath);

    private bool Covers(string? path) => path is not null && !_reader.LeavesOut(FilePath.FromEscaped(path));
}
