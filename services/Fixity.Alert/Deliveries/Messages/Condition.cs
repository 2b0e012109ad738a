using System.Globalization;

namespace Fixity.Alert.Deliveries.Messages;

/// <summary>What stays wrong until another event says that it is over: receivers that keep incidents open and close them by it.</summary>
/// <param name="Subject">The same for the event that opens it and the one that closes it, within a target.</param>
/// <param name="Name">For a receiver that knows alerts by name.</param>
internal sealed record Condition(string Subject, string Name, bool IsOver)
{
    /// <summary>Null: the event is over the moment it happens (a file was added).</summary>
    public static Condition? Of(MessageEvent told) => told.Type switch
    {
        "file.corrupted" or "file.tampered" => new Condition(FileOf(told), "FixityFileDamaged", false),
        "file.restored" => new Condition(FileOf(told), "FixityFileDamaged", true),
        "target.offline" => new Condition("storage", "FixityTargetOffline", false),
        "target.online" => new Condition("storage", "FixityTargetOffline", true),
        "scan.failed" or "scan.partial" => new Condition("scan", "FixityScanFailing", false),
        "scan.completed" => new Condition("scan", "FixityScanFailing", true),
        "verification.stale" =>
            new Condition("verification", "FixityVerificationStale", told.Data.Text("state") == "healed"),
        _ => null,
    };

    private static string FileOf(MessageEvent told) => told.Data.Number("fileId") is { } id
        ? string.Create(CultureInfo.InvariantCulture, $"file:{id:F0}")
        : told.Key;
}
