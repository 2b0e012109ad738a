using Fixity.Alert.Severities;
using Fixity.Alert.Webhooks;
using Fixity.Core;
using Fixity.Data.Columns;

namespace Fixity.Alert.Deliveries.Messages;

/// <summary>One made-up event of each type: what a test sends, and what a template is tried on.</summary>
internal static class Samples
{
    private const long ScanId = 17;
    private const string Checksum = "a3f5c9d1e7b2048c6a1f9e3d5b7c8a9012f4e6d8c0b2a49687f5e3d1c9b7a586";
    private const string OtherChecksum = "5b7c8a9012f4e6d8c0b2a49687f5e3d1c9b7a586a3f5c9d1e7b2048c6a1f9e3d";
    private const string Mtime = "2026-01-01T00:00:00.123456789Z";
    private const string MtimeNs = "1767225600123456789";

    private static readonly PayloadTarget Target = new(1, "Sample archive");

    /// <exception cref="ArgumentException">No webhook is told of such an event.</exception>
    public static MessageEvent Of(string type, DateTimeOffset at) =>
        new($"sample:{type}", type, SeverityOf(type), at, Target, ScanId, MessageJson.ToElement(DataOf(type, at)));

    /// <summary>A test of one type.</summary>
    public static Message TestOf(string type, Guid id, DateTimeOffset at, Uri? link)
    {
        var told = Of(type, at);
        return new Message(
            id, MessageKind.Test, at, Target, ScanId, told.Severity, [told], new Dictionary<string, long> { [type] = 1 }, link);
    }

    /// <summary>One message of each kind and shape.</summary>
    public static IReadOnlyList<Message> Messages(DateTimeOffset at)
    {
        var events = EventTypes.All.Order(StringComparer.Ordinal).Select(type => Of(type, at)).ToList();
        var link = new Uri("https://fixity.example/scans/17");
        var several = new Message(
            Guid.Empty, MessageKind.Digest, at, Target, ScanId, Severity.Critical, events,
            events.ToDictionary(told => told.Type, _ => 100L), link);
        return
        [
            several,
            several with { Kind = MessageKind.Batch, Target = null, ScanId = null, Link = null },
            several with { Events = [], Counts = new Dictionary<string, long>(), Severity = Severity.Info },
            .. events.Select(told => TestOf(told.Type, Guid.Empty, at, null) with { Kind = MessageKind.Event }),
        ];
    }

    private static Severity SeverityOf(string type) => type == EventTypes.Test ? Severity.Info : EventSeverities.Of(type);

    private static object DataOf(string type, DateTimeOffset at) => type switch
    {
        EventTypes.Test => new { message = "This is a test. Events of your targets look like this one, with their own data." },
        "file.added" => File(type, 21) with { OldChecksum = null, OldSize = null, OldMtime = null, OldMtimeNs = null },
        "file.deleted" => File(type, 22) with { NewChecksum = null, NewSize = null, NewMtime = null, NewMtimeNs = null },
        "file.moved" => File(type, 23) with { PreviousPath = "photos/2019/lake (1).jpg", NewChecksum = Checksum },
        "file.corrupted" => File(type, 24) with { Details = Damaged(), NewSize = 4_194_304 },
        "file.tampered" => File(type, 25) with { NewSize = 4_194_304 },
        "file.attributes" => File(type, 26) with
        {
            NewChecksum = Checksum,
            NewSize = 4_194_304,
            Details = new ChangeDetails(null, [new AttributeChange("mode", "0644", "0666")], null, null, null, null),
        },
        "file.restored" or "file.touched" => File(type, 24) with { NewChecksum = Checksum, NewSize = 4_194_304 },
        "file.modified" => File(type, 27),
        "scan.completed" => Scan("completed", null, null, at),
        "scan.partial" => Scan("partial", "unknown_files", null, at),
        "scan.failed" => Scan("failed", "storage_timeout", "The storage did not answer within 60 s.", at),
        "target.offline" => Scan("failed", "storage_unreachable", "No route to the host.", at),
        "large_change.detected" => Scan("completed", null, null, at) with { LargeChangeReason = "count", Measured = 1331 },
        "target.online" => new { offlineSince = at.AddHours(-2), reason = "storage_unreachable" },
        "verification.stale" => new
        {
            state = "breached",
            since = at,
            verifyWithinDays = 90,
            filesOverdue = 331,
            oldestVerifiedAt = at.AddDays(-97),
            obstacle = "rate",
        },
        _ => throw new ArgumentException($"\"{type}\" is not an event that a webhook is told.", nameof(type)),
    };

    // The restored file is the one that was corrupted: a receiver that keeps incidents sees one open and close.
    private static FileChangeData File(string type, long fileId) => new(
        fileId + 1000, fileId, "photos/2019/lake.jpg", null, type["file.".Length..], SeverityOf(type).Name(), "blake3",
        Checksum, OtherChecksum, 4_194_304, 4_198_400, Mtime, MtimeNs, Mtime, MtimeNs, null);

    private static ChangeDetails Damaged() =>
        new(new Damage(512, [new DamagedRange(1_048_576, 512)], false), null, null, null, null, null);

    private static ScanData Scan(string status, string? reason, string? message, DateTimeOffset at) => new(
        status, reason, message, at.AddMinutes(-5), at, 26_620, 26_289, 331, status == "partial" ? 12 : 0, 3, null, null);

    private sealed record ScanData(
        string Status,
        string? Reason,
        string? Message,
        DateTimeOffset StartedAt,
        DateTimeOffset EndedAt,
        long FilesBefore,
        long FilesSeen,
        long FilesVerified,
        long FilesUnknown,
        long FilesUnreadable,
        string? LargeChangeReason,
        double? Measured);
}
