using Fixity.Scheduler.Storage;

namespace Fixity.Scheduler.Probes;

/// <summary>What came of trying a storage.</summary>
/// <param name="Verdict"><c>ok</c>, or a stable word for what stood in the way: <c>login_refused</c>, <c>no_scanner</c>, …</param>
/// <param name="Message">The same for people.</param>
/// <param name="Identity">Of the root, where it was reached.</param>
/// <param name="Entries">The first few of the root, where it could be listed.</param>
public sealed record ProbeAnswer(
    string Verdict, string Message, string? Identity, IReadOnlyList<string>? Entries, long TookMs);

/// <summary>The verdicts that are given here; all others are the scanner's.</summary>
internal static class ProbeVerdicts
{
    public const string NoScanner = "no_scanner";
    public const string Busy = "busy";
    public const string Unreachable = "unreachable";
    public const string CredentialsMissing = "credentials_missing";
}

/// <param name="Settings">As checked.</param>
/// <param name="Saved">Where credentials are taken from that the settings do not bring.</param>
/// <param name="IsSaved">The settings are those of the target: what comes of it says something of the target too.</param>
internal sealed record ProbeRequest(StorageSettings Settings, SavedStorage? Saved, bool IsSaved, string? By);
