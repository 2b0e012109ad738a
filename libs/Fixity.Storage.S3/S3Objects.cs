using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using Fixity.Core;

namespace Fixity.Storage.S3;

/// <summary>What S3 says of an object, as a scan understands it, the same from a listing, a look and an opening.</summary>
internal static class S3Objects
{
    /// <summary>Nobody can set the time of an object back: it is when it was last written, data and metadata as one.</summary>
    public static readonly TimeSpan MtimeGranularity = TimeSpan.FromSeconds(1);

    public static FileMetadata Metadata(string key, long? size, DateTime? modified, string? etag)
    {
        var seconds = UnixSeconds(modified ?? DateTime.UnixEpoch);
        var mtimeNs = UnixNanoseconds.From(seconds, 0);
        return new FileMetadata(size ?? 0, mtimeNs, CtimeNs: mtimeNs, FileId: Version(key, etag));
    }

    /// <summary>An entity tag without what is written round it. Never taken for a checksum: often it is none.</summary>
    public static string Tag(string? etag) => (etag ?? "").Trim('"');

    public static bool IsArchived(string? storageClass, bool isRestored) =>
        storageClass is "GLACIER" or "DEEP_ARCHIVE" && !isRestored;

    public static bool IsRestored(RestoreStatus? status, DateTimeOffset now) =>
        status is { IsRestoreInProgress: not true, RestoreExpiryDate: { } until } && until.ToUniversalTime() > now.UtcDateTime;

    /// <summary>The checksums that the uploader gave or S3 made, as evidence beside ours.</summary>
    public static StorageEvidence? Evidence(GetObjectResponse opened)
    {
        var checksums = new Dictionary<string, string>(StringComparer.Ordinal);
        Add("crc32", opened.ChecksumCRC32);
        Add("crc32c", opened.ChecksumCRC32C);
        Add("crc64nvme", opened.ChecksumCRC64NVME);
        Add("sha1", opened.ChecksumSHA1);
        Add("sha256", opened.ChecksumSHA256);
        return new StorageEvidence(Tag(opened.ETag), NullIfEmpty(opened.VersionId), checksums);

        void Add(string name, string? base64)
        {
            if (!string.IsNullOrEmpty(base64))
            {
                checksums[name] = Hex(base64, opened.ChecksumType == ChecksumType.COMPOSITE);
            }
        }
    }

    // A composite one is the checksum of the checksums of the parts, and says of how many: 'abc=-3'.
    private static string Hex(string base64, bool isComposite)
    {
        var dash = base64.LastIndexOf('-');
        var (sum, parts) = dash < 0 ? (base64, "") : (base64[..dash], base64[dash..]);
        var bytes = new byte[sum.Length];
        return Convert.TryFromBase64String(sum, bytes, out var length)
            ? $"{(isComposite || parts.Length > 0 ? "composite:" : "")}{Convert.ToHexStringLower(bytes.AsSpan(0, length))}{parts}"
            : base64;
    }

    // Some endpoints list milliseconds, and no look at one object gives them: whole seconds are what all agree about.
    private static long UnixSeconds(DateTime modified) =>
        new DateTimeOffset(modified.ToUniversalTime()).ToUnixTimeSeconds();

    // An object written anew is another object, as a file put in another's place is: this is its inode number.
    private static long Version(string key, string? etag)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{Tag(etag)}/{key}"), digest);
        return BinaryPrimitives.ReadInt64LittleEndian(digest);
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) || text == "null" ? null : text;
}
