using Fixity.Data.Columns;

namespace Fixity.Alert.Deliveries;

/// <summary>What happened to one file, member for member as the API's ChangeView says it.</summary>
internal sealed record FileChangeData(
    long Id,
    long FileId,
    string Path,
    string? PreviousPath,
    string Type,
    string Severity,
    string? Algorithm,
    string? OldChecksum,
    string? NewChecksum,
    long? OldSize,
    long? NewSize,
    string? OldMtime,
    string? OldMtimeNs,
    string? NewMtime,
    string? NewMtimeNs,
    ChangeDetails? Details);

/// <summary>The target that something is told of.</summary>
/// <param name="Name">Null: the target's row is gone.</param>
internal sealed record PayloadTarget(int Id, string? Name);
