using Fixity.Core;
using Fixity.Scheduler.Targets;

namespace Fixity.Scheduler.Storage;

/// <summary>What the storage of a target must be, said by field and with what to do about it.</summary>
internal sealed class StorageRules(AllowedRoots roots)
{
    // A folder of a hung mount answers never.
    private static readonly TimeSpan RootPatience = TimeSpan.FromSeconds(5);

    /// <param name="saved">Null for a target that is not saved yet.</param>
    /// <param name="require">Takes whether it holds, the field, and the sentence for when it does not.</param>
    /// <returns>The settings to store: with the real or derived root, and a connection.</returns>
    public async Task<StorageSettings> CheckAsync(
        StorageSettings asked, SavedStorage? saved, Action<bool, string, string> require, CancellationToken cancellation)
    {
        var connection = asked.Connection ?? TargetConnection.None;
        RequireOnly(asked.Type, connection, require);
        var settings = asked with { Connection = connection };
        switch (asked.Type)
        {
            case TargetType.Local:
                settings = settings with { Root = await CheckRootAsync(asked, null, require, cancellation) };
                break;
            case TargetType.Nfs:
                ConnectionRules.CheckNfs(connection.Nfs, require);
                settings = settings with { Root = await CheckRootAsync(asked, saved, require, cancellation) };
                break;
            case TargetType.Smb:
                settings = ConnectionRules.CheckSmb(connection.Smb, require) is { } share
                    ? settings with { Root = RootOf(share), Connection = new TargetConnection(Smb: share) }
                    : settings;
                break;
            case TargetType.S3:
                settings = ConnectionRules.CheckS3(connection.S3, require) is { } bucket
                    ? settings with { Root = RootOf(bucket), Connection = new TargetConnection(S3: bucket) }
                    : settings;
                break;
            default:
                require(false, "type", "Only targets of the types 'local', 'nfs', 'smb' and 's3' are in this version.");
                return settings;
        }

        CredentialRules.Check(settings, saved, require);
        return settings;
    }

    private static void RequireOnly(
        TargetType type, TargetConnection connection, Action<bool, string, string> require)
    {
        Require(connection.Nfs, TargetType.Nfs, "nfs");
        Require(connection.Smb, TargetType.Smb, "smb");
        Require(connection.S3, TargetType.S3, "s3");

        void Require(object? part, TargetType owner, string word) => require(
            part is null || type == owner, $"connection.{word}",
            $"Only a target of type '{word}' has this; leave it out or choose that type.");
    }

    private async Task<string> CheckRootAsync(
        StorageSettings asked, SavedStorage? saved, Action<bool, string, string> require, CancellationToken cancellation)
    {
        var root = asked.Root ?? "";
        if (saved is { Type: TargetType.Nfs } && saved.Root == root)
        {
            // Looked at when it was saved. Now it may be unmounted, or hang, and must still be possible to switch off.
            return root;
        }

        var look = Task.Run(() => (Refusal: roots.Refuse(root, out var real), Real: real), CancellationToken.None);
        try
        {
            var (refusal, real) = await look.WaitAsync(RootPatience, cancellation);
            require(refusal is null, "root", refusal ?? "");
            return real;
        }
        catch (TimeoutException)
        {
            require(false, "root", "The root does not answer: the file system that is mounted there seems to hang.");
            return root;
        }
    }

    private static string RootOf(SmbConnection share) =>
        $"//{share.Server}/{share.Share}" + (share.Path.Length == 0 ? "" : "/" + share.Path);

    private static string RootOf(S3Connection bucket) => $"s3://{bucket.Bucket}/{bucket.Prefix}";
}
