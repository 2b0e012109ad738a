using System.Text.Json.Serialization;
using Fixity.Core;
using Fixity.Data.Columns;

namespace Fixity.Query.Changes;

/// <summary>A change in the Elastic Common Schema; what that has no field for is below <c>fixity</c>.</summary>
/// <param name="Related">Absent: no checksum is known.</param>
/// <param name="User">Whoever accepted the file; absent: no person did this.</param>
public sealed record EcsChange(
    [property: JsonPropertyName("@timestamp")] DateTimeOffset Timestamp,
    EcsVersion Ecs,
    string Message,
    EcsEvent Event,
    EcsFile File,
    EcsObserver Observer,
    EcsFixity Fixity,
    EcsRelated? Related = null,
    EcsUser? User = null)
{
    private const string SchemaVersion = "8.17.0";

    internal static EcsChange Of(ChangeView change) => new(
        change.DetectedAt,
        new EcsVersion(SchemaVersion),
        $"{change.Type.Name()}: {change.Path} ({change.TargetName})",
        EcsEvent.Of(change),
        EcsFile.Of(change),
        EcsObserver.This,
        EcsFixity.Of(change),
        HashesOf(change) is { Length: > 0 } hashes ? new EcsRelated(hashes) : null,
        change is { Type: ChangeType.Accepted, AcknowledgedBy: { } name } ? new EcsUser(name) : null);

    private static string[] HashesOf(ChangeView change) =>
        [.. new[] { change.OldChecksum, change.NewChecksum }.OfType<string>().Distinct()];
}

public sealed record EcsVersion(string Version);

/// <param name="Id">The same whenever the change is read again: take it as the document's id.</param>
/// <param name="Severity">0 to 10.</param>
/// <param name="Reason">Why a person accepted the file.</param>
public sealed record EcsEvent(
    string Kind,
    IReadOnlyList<string> Category,
    IReadOnlyList<string> Type,
    string Action,
    string Id,
    int Severity,
    string Module,
    string Dataset,
    string? Reason = null)
{
    private static readonly string[] File = ["file"];

    internal static EcsEvent Of(ChangeView change) => new(
        change.Severity >= Core.Severity.High ? "alert" : "event",
        File,
        [TypeOf(change.Type)],
        $"file-{change.Type.Name()}",
        FormattableString.Invariant($"change:{change.Id}"),
        change.Severity.OfTen(),
        "fixity",
        "fixity.changes",
        change.Type is ChangeType.Accepted ? change.AcknowledgeReason : null);

    private static string TypeOf(ChangeType type) => type switch
    {
        ChangeType.Added => "creation",
        ChangeType.Deleted => "deletion",
        ChangeType.Verified or ChangeType.Accepted => "info",
        _ => "change",
    };
}

/// <summary>The file as it was found; a deleted one as it was last known.</summary>
/// <param name="Path">Below the target's root, as Fixity spells it: a byte that is not UTF-8 as <c>\xHH</c>.</param>
public sealed record EcsFile(
    string Type, string Path, string Name, string? Directory = null, string? Extension = null, long? Size = null,
    string? Mtime = null, EcsHash? Hash = null)
{
    internal static EcsFile Of(ChangeView change)
    {
        var slash = change.Path.LastIndexOf('/');
        var name = change.Path[(slash + 1)..];
        var dot = name.LastIndexOf('.');
        return new EcsFile(
            "file",
            change.Path,
            name,
            slash < 0 ? null : change.Path[..slash],
            dot > 0 && dot < name.Length - 1 ? name[(dot + 1)..] : null,
            change.NewSize ?? change.OldSize,
            change.NewMtime ?? change.OldMtime,
            EcsHash.Of(change.Algorithm, change.NewChecksum ?? change.OldChecksum));
    }
}

/// <summary>The algorithms that the schema knows; BLAKE3 is only in <c>fixity.checksum</c>.</summary>
public sealed record EcsHash(string? Md5 = null, string? Sha256 = null)
{
    internal static EcsHash? Of(ChecksumAlgorithm? algorithm, string? checksum) => algorithm switch
    {
        ChecksumAlgorithm.Md5 when checksum is not null => new EcsHash(Md5: checksum),
        ChecksumAlgorithm.Sha256 when checksum is not null => new EcsHash(Sha256: checksum),
        _ => null,
    };
}

public sealed record EcsRelated(IReadOnlyList<string> Hash);

public sealed record EcsUser(string Name);

public sealed record EcsObserver(string Vendor, string Product, string Type, string Version)
{
    internal static readonly EcsObserver This = new("Fixity", "Fixity", "file-integrity", ProductVersion.Text);
}

/// <param name="Checksum">Of a damaged file: the expected and the actual one.</param>
/// <param name="Details">As in format=json.</param>
public sealed record EcsFixity(
    EcsTarget Target,
    [property: JsonPropertyName("file_id")] long FileId,
    string Severity,
    [property: JsonPropertyName("scan_id")] long? ScanId = null,
    [property: JsonPropertyName("previous_path")] string? PreviousPath = null,
    EcsChecksum? Checksum = null,
    EcsSize? Size = null,
    EcsMtime? Mtime = null,
    ChangeDetails? Details = null,
    EcsAcknowledged? Acknowledged = null)
{
    internal static EcsFixity Of(ChangeView change) => new(
        new EcsTarget(change.TargetId, change.TargetName),
        change.FileId,
        change.Severity.Name(),
        change.ScanId,
        change.PreviousPath,
        change is { OldChecksum: null, NewChecksum: null }
            ? null
            : new EcsChecksum(change.Algorithm, change.OldChecksum, change.NewChecksum),
        change is { OldSize: null, NewSize: null } ? null : new EcsSize(change.OldSize, change.NewSize),
        change is { OldMtime: null, NewMtime: null } ? null : new EcsMtime(change.OldMtime, change.NewMtime),
        change.Details,
        change.AcknowledgedAt is { } at
            ? new EcsAcknowledged(at, change.AcknowledgedBy, change.AcknowledgeReason)
            : null);
}

public sealed record EcsTarget(int Id, string Name);

public sealed record EcsChecksum(ChecksumAlgorithm? Algorithm = null, string? Old = null, string? New = null);

public sealed record EcsSize(long? Old = null, long? New = null);

public sealed record EcsMtime(string? Old = null, string? New = null);

public sealed record EcsAcknowledged(DateTimeOffset At, string? By = null, string? Reason = null);
