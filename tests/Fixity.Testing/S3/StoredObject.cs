using System.Security.Cryptography;

namespace Fixity.Testing.S3;

/// <summary>One object of an <see cref="S3Server"/>. A change is a new one put in its place.</summary>
public sealed record StoredObject(byte[] Content, DateTimeOffset Modified)
{
    /// <summary>With its quotes.</summary>
    public string ETag { get; init; } = $"\"{Convert.ToHexStringLower(Digest(Content))}\"";

    public string? StorageClass { get; init; }

    /// <summary>Fetched back from an archive until then.</summary>
    public DateTimeOffset? RestoredUntil { get; init; }

    /// <summary>Of a bucket that keeps versions.</summary>
    public string? VersionId { get; init; }

    /// <summary>Headers like <c>x-amz-checksum-sha256</c>, given to those who ask for checksums.</summary>
    public IReadOnlyDictionary<string, string> Checksums { get; init; } = new Dictionary<string, string>();

    /// <summary>GET and HEAD of it are refused, listing shows it.</summary>
    public bool IsDenied { get; init; }

    public bool IsArchived => StorageClass is "GLACIER" or "DEEP_ARCHIVE" && RestoredUntil is null;

#pragma warning disable CA5351 // What the protocol says an ETag is; nobody trusts it.
    private static byte[] Digest(byte[] content) => MD5.HashData(content);
#pragma warning restore CA5351
}

/// <summary>A call as the server took it.</summary>
/// <param name="Operation">ListObjectsV2, HeadBucket, HeadObject, GetObject, PutObject or DeleteObject.</param>
/// <param name="Number">Counts the calls of each operation, from 1.</param>
public sealed record S3Call(string Operation, string Key, IReadOnlyDictionary<string, string> Query, string? Range, int Number);

/// <summary>What goes wrong with one call.</summary>
/// <param name="Status">Answers with this status and code.</param>
/// <param name="CutAfterBytes">Sends so much of the answer's body and closes the connection.</param>
/// <param name="Body">Answers with this, and status 200.</param>
/// <param name="Stalls">Sends what <paramref name="CutAfterBytes"/> says and nothing more, until the other side goes.</param>
public sealed record S3Upset(
    int? Status = null, string Code = "", int? CutAfterBytes = null, string? Body = null, bool Stalls = false)
{
    public static S3Upset SlowDown { get; } = new(503, "SlowDown");
}
