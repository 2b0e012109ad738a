using Fixity.Core;
using Fixity.Core.Patterns;
using Fixity.Storage;

namespace Fixity.Scanning.Merging;

/// <summary>Finds the places below the root where another file system is, or none, than when the baseline was taken: what is
/// missing there is not deleted, and what is there instead is not what was watched.</summary>
/// <remarks>Goes through the recorded mounts in path order, beside walk and baseline.</remarks>
internal sealed class MountCheck
{
    private const string WhatToDo =
        "Nothing in it is judged until it is as it was, or until the target is told that its storage is a new one "
        + "(resetIdentity).";

    private readonly List<RecordedMount> _recorded;
    private readonly HashSet<FilePath> _known;
    private readonly PathFilterReader _filter;
    private readonly IBaselineReader _baseline;
    private readonly StepWriter _steps;
    private int _next;
    private FilePath? _blocked;

    public MountCheck(SegmentPlan plan, PathFilterReader filter, IBaselineReader baseline, StepWriter steps)
    {
        (_filter, _baseline, _steps) = (filter, baseline, steps);
        _recorded =
        [
            .. (plan.Mounts ?? [])
                .Where(m => m.Key.IsRangeKey ? plan.Range.Overlaps(m.Key) : plan.Range.Contains(m.Key))
                .OrderBy(m => m.Key),
        ];
        _known = [.. _recorded.Select(m => m.Key)];
    }

    /// <summary>Nothing is known of this path, because it does not lie on the file system that it should.</summary>
    public bool IsBlocked(FilePath path) => _blocked is { } range
        && (path == range || (range.IsRangeKey && path.IsBelow(range)));

    /// <summary>The entry lies on a file system that the plan does not know: <see cref="AskAsync"/> is next.</summary>
    public bool IsNew(in StorageEntry entry) =>
        entry.Mount is not null && !_known.Contains(entry.Path) && !IsBlocked(entry.Path)
        && !IsLeftOut(entry.Path);

    public async ValueTask AskAsync(StorageEntry entry, CancellationToken cancellation)
    {
        var key = entry.Path.ToOwned();
        _known.Add(key);
        if (await _baseline.MayBeMountedAsync(key, entry.Mount!, cancellation))
        {
            _steps.Fault(key, new RecordedMount(key, entry.Mount));
        }
        else
        {
            _steps.Fault(key, new RecordedMount(key, Identity: null));
            BlockOverFiles(key);
        }
    }

    /// <summary>A recorded mount lies at or before this key: <see cref="Pass"/> is next.</summary>
    public bool IsDue(FilePath key) => _next < _recorded.Count && _recorded[_next].Key <= key;

    /// <summary>The same behind the last entry and row, before the end of the segment.</summary>
    public bool IsLeft(FilePath? end) => _next < _recorded.Count && (end is not { } to || _recorded[_next].Key < to);

    /// <summary>Passes one recorded mount.</summary>
    /// <param name="entry">What the walk has at this place; default: it is further.</param>
    /// <param name="unknown">A folder that could not be listed: of what is mounted in it nothing is known either.</param>
    public void Pass(in StorageEntry entry, FilePath? unknown)
    {
        var (key, identity) = _recorded[_next++];
        var isThere = entry.Kind != default && entry.Path == key;
        if (IsBlocked(key) || IsLeftOut(key) || (unknown is { } folder && key.IsBelow(folder)))
        {
            return;
        }

        if (isThere && entry.Mount is { } found)
        {
            if (identity is null)
            {
                BlockOverFiles(key);
            }
            else if (found != identity)
            {
                Block(
                    key, ScanFaultKinds.MountMissing,
                    $"Another file system is mounted here than was: {found} instead of {identity}. {WhatToDo}");
            }
        }
        else if (identity is not null && !(isThere && TellsItself(entry)))
        {
            Block(key, ScanFaultKinds.MountMissing, $"The file system {identity} is not mounted here as it was. {WhatToDo}");
        }
    }

    private bool IsLeftOut(FilePath key) => key.IsRangeKey ? _filter.LeavesOutFolder(key.Bytes) : _filter.LeavesOut(key);

    // It is mounted and not gone into, or cannot be looked at: told as such.
    private static bool TellsItself(in StorageEntry entry) =>
        entry.Kind is EntryKind.ListingFault or EntryKind.EntryFault || entry.SkipKind == SkipKind.Mount;

    private void BlockOverFiles(FilePath key) => Block(
        key, ScanFaultKinds.MountOverFiles, $"A file system is mounted here over files that were watched. {WhatToDo}");

    private void Block(FilePath key, string kind, string message)
    {
        _blocked = key;
        _steps.Fault(key, new UnknownRange(key, kind, message));
        _steps.Fault(key, new ScanFault(key, kind, message));
    }
}
