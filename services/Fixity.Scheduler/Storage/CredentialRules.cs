using System.Text.RegularExpressions;
using Fixity.Core;
using Fixity.Scheduler.Targets;

namespace Fixity.Scheduler.Storage;

/// <summary>What credentials must be, and when those that are there may stay.</summary>
internal static partial class CredentialRules
{
    private const string Field = "credentials";
    private const int MaxUserLength = 256;
    private const int MaxSecretLength = 4_096;
    private const int MaxReferenceLength = 1_000;

    public static bool AreTakenBy(TargetType type) => type is TargetType.Smb or TargetType.S3;

    public static void Check(StorageSettings settings, SavedStorage? saved, Action<bool, string, string> require)
    {
        switch (settings.Credentials)
        {
            case null:
                CheckKept(settings, saved, require);
                break;
            case { Clear: true } asked:
                require(
                    asked == new CredentialsRequest(Clear: true), Field, "Either clear the credentials or give others, not both.");
                break;
            case var asked when !AreTakenBy(settings.Type):
                require(false, Field, "A folder of this machine takes no credentials; leave them out.");
                break;
            case { Reference: not null } asked:
                CheckReference(asked, require);
                break;
            case var asked:
                CheckSecret(asked, settings.Type, require);
                break;
        }
    }

    /// <summary>Whom the credentials are shown to; null where none are.</summary>
    internal static string? AudienceOf(TargetType type, TargetConnection connection) => type switch
    {
        TargetType.Smb when connection.Smb is { } smb => $"smb {smb.Server.ToUpperInvariant()}:{smb.Port}",
        TargetType.S3 when connection.S3 is { } s3 => $"s3 {s3.Endpoint?.GetLeftPart(UriPartial.Authority)}",
        _ => null,
    };

    private static void CheckKept(StorageSettings settings, SavedStorage? saved, Action<bool, string, string> require)
    {
        // Nobody is let in without any. Where they were cleared on purpose, the rest may still be changed.
        require(
            settings.Type != TargetType.Smb || saved is { Type: TargetType.Smb } or { Credentials: not CredentialsSource.None },
            Field, "A share lets nobody in without credentials: give a user and a password, or a reference.");

        // Who may not see a secret must not have it sent to a server of his own either.
        require(
            saved is not { Credentials: CredentialsSource.Stored } || !AreTakenBy(settings.Type)
            || AudienceOf(settings.Type, settings.Connection!) == AudienceOf(saved.Type, saved.Connection),
            Field, "The stored credentials were given for another server; give them again for this one.");
    }

    private static void CheckReference(CredentialsRequest asked, Action<bool, string, string> require)
    {
        require(
            asked == new CredentialsRequest(asked.Reference), Field, "Either name a reference or give the credentials, not both.");
        require(
            asked.Reference!.Length <= MaxReferenceLength && (IsFile(asked.Reference) || Variable().IsMatch(asked.Reference)),
            $"{Field}.reference",
            "Write file:/run/secrets/nas (an absolute path without '..') or env:FIXITY_CREDENTIALS_NAS.");
    }

    private static void CheckSecret(CredentialsRequest asked, TargetType type, Action<bool, string, string> require)
    {
        var (user, secret) = type == TargetType.S3 ? ("access key id", "secret access key") : ("user", "password");
        require(IsWord(asked.User), $"{Field}.user", $"Give the {user}: 1 to {MaxUserLength} characters.");
        require(
            asked.Secret is { Length: > 0 and <= MaxSecretLength } && !asked.Secret.Contains('\0', StringComparison.Ordinal),
            $"{Field}.secret", $"Give the {secret}: 1 to {MaxSecretLength} characters.");
        require(
            asked.Domain is null || (type == TargetType.Smb && IsWord(asked.Domain)), $"{Field}.domain",
            "A domain goes with a user of a share alone; else leave it out.");
        require(
            asked.SessionToken is null || (type == TargetType.S3 && IsToken(asked.SessionToken)), $"{Field}.sessionToken",
            "A session token goes with temporary S3 keys alone; else leave it out.");
    }

    private static bool IsWord(string? text) =>
        !string.IsNullOrWhiteSpace(text) && text.Length <= MaxUserLength && !text.Any(char.IsControl);

    private static bool IsToken(string text) => text.Length is > 0 and <= MaxSecretLength && !text.Any(char.IsControl);

    private static bool IsFile(string reference) =>
        reference.StartsWith("file:/", StringComparison.Ordinal) && !reference.Any(char.IsControl)
        && !reference.Split('/').Any(segment => segment is "." or "..");

    [GeneratedRegex(@"^env:FIXITY_CREDENTIALS_[A-Z0-9_]{1,200}\z")]
    private static partial Regex Variable();
}
