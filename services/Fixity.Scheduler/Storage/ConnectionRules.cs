using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Fixity.Core;

namespace Fixity.Scheduler.Storage;

/// <summary>What each kind of connection must be, and the one way in which each is written.</summary>
internal static partial class ConnectionRules
{
    private const int MaxText = 1_000;
    private const int MaxFileSystems = 20;
    private const int MaxShareLength = 80;
    private const int MaxPathLength = 4_096;
    private const int MaxPrefixBytes = 1_024;
    private const int MaxCertificateLength = 64 * 1024;
    private const string NotInShareNames = "/\\:*?\"<>|[]+=;,";

    public static void CheckNfs(NfsConnection? mount, Action<bool, string, string> require)
    {
        if (mount is null)
        {
            return;
        }

        require(
            mount.Source is null || IsText(mount.Source), "connection.nfs.source",
            "Write the source as the mount table has it, like nas:/export, or leave it out.");
        var types = mount.FileSystems;
        require(
            types is null || (types.Count is > 0 and <= MaxFileSystems && types.All(t => t is not null && FileSystem().IsMatch(t))),
            "connection.nfs.fileSystems",
            "Name file systems as the mount table does, like nfs4 or fuse.sshfs, or leave them out for the usual ones.");
    }

    /// <returns>As it is stored; null when a part is wrong.</returns>
    public static SmbConnection? CheckSmb(SmbConnection? share, Action<bool, string, string> require)
    {
        const string Field = "connection.smb";
        if (share is null)
        {
            require(false, Field, "Say the server and the share.");
            return null;
        }

        var server = share.Server.Trim();
        var name = share.Share.Trim();
        var path = share.Path.Trim('/');
        require(
            Uri.CheckHostName(server) != UriHostNameType.Unknown, $"{Field}.server",
            "Write the server's name or address alone, like nas.example.org or 192.0.2.7.");
        require(
            name.Length is > 0 and <= MaxShareLength && !name.Any(c => char.IsControl(c) || NotInShareNames.Contains(c)),
            $"{Field}.share", "Write the name of the share alone, like photos; a folder in it goes into the path.");
        require(
            path.Length <= MaxPathLength && !path.Any(c => char.IsControl(c) || c == '\\')
            && (path.Length == 0 || path.Split('/').All(segment => segment is not ("" or "." or ".."))),
            $"{Field}.path", "Write the folder below the share with / between its parts, without '.', '..' or \\.");
        require(share.Port is >= 1 and <= 65_535, $"{Field}.port", "The port must be 1 to 65535; a server's usual one is 445.");
        require(Enum.IsDefined(share.Protection), $"{Field}.protection", "The protection must be sign, encrypt or offered.");
        return share with { Server = server, Share = name, Path = path };
    }

    /// <returns>As it is stored; null when there is none.</returns>
    public static S3Connection? CheckS3(S3Connection? bucket, Action<bool, string, string> require)
    {
        const string Field = "connection.s3";
        if (bucket is null)
        {
            require(false, Field, "Say the bucket.");
            return null;
        }

        var prefix = bucket.Prefix.TrimStart('/');
        prefix = prefix.Length == 0 || prefix.EndsWith('/') ? prefix : prefix + "/";
        require(
            bucket.Endpoint is null ? AmazonBucket().IsMatch(bucket.Bucket) : AnyBucket().IsMatch(bucket.Bucket),
            $"{Field}.bucket",
            "Write the bucket's name alone: 3 or more letters, digits, dots and hyphens (at Amazon lower case, at most 63).");
        require(
            Encoding.UTF8.GetByteCount(prefix) <= MaxPrefixBytes && !prefix.Any(char.IsControl), $"{Field}.prefix",
            $"The prefix must have at most {MaxPrefixBytes} bytes and no control character.");
        require(Region().IsMatch(bucket.Region), $"{Field}.region", "Write the region like us-east-1.");
        require(
            IsEndpoint(bucket.Endpoint), $"{Field}.endpoint",
            "Write the endpoint like https://s3.example.org:9000, without user, path or query, or leave it out for Amazon.");
        require(
            bucket.Certificate is null || IsAuthority(bucket.Certificate), $"{Field}.certificate",
            "Paste the authority's certificate as PEM (BEGIN CERTIFICATE), without any private key.");
        return bucket with { Prefix = prefix };
    }

    private static bool IsEndpoint(Uri? endpoint) => endpoint is null
        || (endpoint.IsAbsoluteUri && (endpoint.Scheme == Uri.UriSchemeHttps || endpoint.Scheme == Uri.UriSchemeHttp)
            && endpoint is { UserInfo: "", PathAndQuery: "/", Fragment: "", Host.Length: > 0 });

    private static bool IsAuthority(string pem)
    {
        if (pem.Length > MaxCertificateLength || pem.Contains("PRIVATE KEY", StringComparison.Ordinal))
        {
            return false;
        }

        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
            return certificates.Count > 0;
        }
        catch (CryptographicException)
        {
            return false;
        }
        finally
        {
            foreach (var certificate in certificates)
            {
                certificate.Dispose();
            }
        }
    }

    private static bool IsText(string text) =>
        !string.IsNullOrWhiteSpace(text) && text.Length <= MaxText && !text.Any(char.IsControl);

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]{0,49}\z")]
    private static partial Regex FileSystem();

    [GeneratedRegex(@"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\z")]
    private static partial Regex AmazonBucket();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]\z")]
    private static partial Regex AnyBucket();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}\z")]
    private static partial Regex Region();
}
