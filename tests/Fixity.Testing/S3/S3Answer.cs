using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace Fixity.Testing.S3;

/// <summary>One answer, as S3 writes it.</summary>
internal sealed record S3Answer(int Status, byte[] Body)
{
    private static readonly XNamespace Xml = "http://s3.amazonaws.com/doc/2006-03-01/";

    public Dictionary<string, string> Headers { get; } = new(StringComparer.Ordinal);

    public S3Upset? Upset { get; init; }

    public static S3Answer Error(int status, string code) => new(status, code.Length == 0
        ? []
        : Write(new XElement("Error", new XElement("Code", code), new XElement("Message", $"The server says {code}."),
            new XElement("RequestId", "1"))))
    {
        Headers = { ["Content-Type"] = "application/xml" },
    };

    public static S3Answer Listing(
        S3Setup setup, SortedDictionary<string, StoredObject> objects, IReadOnlyDictionary<string, string> query,
        DateTimeOffset now)
    {
        var prefix = query.GetValueOrDefault("prefix", "");
        var token = query.GetValueOrDefault("continuation-token");
        var after = token is null
            ? query.GetValueOrDefault("start-after", "")
            : Encoding.UTF8.GetString(Convert.FromHexString(token));
        var most = Math.Clamp(int.Parse(query.GetValueOrDefault("max-keys", "1000"), CultureInfo.InvariantCulture), 0, 1000);
        var isEncoded = query.GetValueOrDefault("encoding-type") == "url";
        var found = objects
            .Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal) && ByteOrder.Instance.Compare(pair.Key, after) > 0)
            .Take(most + 1).ToList();
        var isTruncated = found.Count > most;
        found = found.GetRange(0, Math.Min(most, found.Count));
        return new S3Answer(200, Write(new XElement(
            Xml + "ListBucketResult",
            new XElement(Xml + "Name", setup.Bucket),
            new XElement(Xml + "Prefix", Text(prefix)),
            new XElement(Xml + "KeyCount", found.Count),
            new XElement(Xml + "MaxKeys", most),
            isEncoded ? new XElement(Xml + "EncodingType", "url") : null,
            new XElement(Xml + "IsTruncated", isTruncated ? "true" : "false"),
            isTruncated ? new XElement(Xml + "NextContinuationToken", Convert.ToHexString(Encoding.UTF8.GetBytes(found[^1].Key))) : null,
            found.Select(pair => Contents(setup, Text(pair.Key), pair.Value, now)))))
        {
            Headers = { ["Content-Type"] = "application/xml" },
        };

        string Text(string key) =>
            isEncoded ? SignatureV4.Encode(Encoding.UTF8.GetBytes(key), isPath: true).Replace("%20", "+", StringComparison.Ordinal) : key;
    }

    public static S3Answer Object(S3Setup setup, StoredObject found, HttpRequest request, S3Call call)
    {
        var isHead = call.Operation == "HeadObject";
        if (found.IsDenied)
        {
            return Error(403, "AccessDenied");
        }

        if (found.IsArchived && !isHead)
        {
            return Error(403, "InvalidObjectState");
        }

        if (!setup.IgnoresConditions && request.Headers.IfMatch.Count > 0 && request.Headers.IfMatch != found.ETag)
        {
            return Error(412, "PreconditionFailed");
        }

        var (from, to) = (0L, (long)found.Content.Length);
        var isPart = call.Range is not null && !setup.IgnoresConditions;
        if (isPart)
        {
            var range = RangeHeaderValue.Parse(call.Range ?? "").Ranges.Single();
            (from, to) = (range.From ?? 0, Math.Min(range.To + 1 ?? to, to));
            if (from >= found.Content.Length)
            {
                return Error(416, "InvalidRange");
            }
        }

        var answer = new S3Answer(isPart ? 206 : 200, found.Content[(int)from..(int)to]);
        if (isPart)
        {
            answer.Headers["Content-Range"] = $"bytes {from}-{to - 1}/{found.Content.Length}";
        }

        AddHeaders(answer, found, hasChecksums: !isPart && request.Headers["x-amz-checksum-mode"] == "ENABLED");
        return answer;
    }

    private static void AddHeaders(S3Answer answer, StoredObject found, bool hasChecksums)
    {
        answer.Headers["ETag"] = found.ETag;
        answer.Headers["Last-Modified"] = found.Modified.UtcDateTime.ToString("R", CultureInfo.InvariantCulture);
        answer.Headers["Accept-Ranges"] = "bytes";
        Add("x-amz-storage-class", found.StorageClass);
        Add("x-amz-version-id", found.VersionId);
        Add("x-amz-restore", found.RestoredUntil is { } until
            ? $"ongoing-request=\"false\", expiry-date=\"{until.UtcDateTime.ToString("R", CultureInfo.InvariantCulture)}\""
            : null);
        foreach (var (name, value) in hasChecksums ? found.Checksums : new Dictionary<string, string>())
        {
            answer.Headers[name] = value;
        }

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                answer.Headers[name] = value;
            }
        }
    }

    private static XElement Contents(S3Setup setup, string key, StoredObject found, DateTimeOffset now)
    {
        var format = setup.ListsMilliseconds ? "yyyy-MM-dd'T'HH:mm:ss.fff'Z'" : "yyyy-MM-dd'T'HH:mm:ss.000'Z'";
        return new XElement(
            Xml + "Contents",
            new XElement(Xml + "Key", key),
            new XElement(Xml + "LastModified", found.Modified.UtcDateTime.ToString(format, CultureInfo.InvariantCulture)),
            new XElement(Xml + "ETag", found.ETag),
            new XElement(Xml + "Size", found.Content.Length),
            new XElement(Xml + "StorageClass", found.StorageClass ?? "STANDARD"),
            found.RestoredUntil is not { } until || until < now ? null : new XElement(
                Xml + "RestoreStatus",
                new XElement(Xml + "IsRestoreInProgress", "false"),
                new XElement(
                    Xml + "RestoreExpiryDate", until.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))));
    }

    private static byte[] Write(XElement root) =>
        Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + root.ToString(SaveOptions.DisableFormatting));
}
