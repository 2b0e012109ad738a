using Fixity.Query.Targets;

namespace Fixity.Query.Events;

/// <summary>Data of a <c>change</c> event: so many new changes are committed.</summary>
/// <param name="ScanId">Null: a person's act.</param>
public sealed record ChangeEventView(int TargetId, long? ScanId, long Changes);

/// <summary>Data of a <c>target</c> event.</summary>
public sealed record TargetEventView(int TargetId, TargetState State);

/// <summary>What the scanner notifies on <c>fixity_progress</c>; it says where to look, not what is there.</summary>
internal sealed record ProgressNotice(ProgressKind Kind, int TargetId, long? ScanId = null, long Count = 0);

internal enum ProgressKind
{
    Scan,
    Change,
    Target,
}
