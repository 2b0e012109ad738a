using System.Net;
using System.Xml;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Fixity.Core;

namespace Fixity.Storage.S3;

/// <summary>The few calls that reading takes, each with a time limit and its failures told in our words.</summary>
internal sealed class S3Calls(AmazonS3Client client, string bucket, S3StorageOptions options)
{
    public int PageSize => options.PageSize;

    /// <summary>A page of keys in the order of their bytes.</summary>
    /// <exception cref="StorageException">Also for an answer that is whole and yet no listing of this bucket.</exception>
    public async Task<ListObjectsV2Response> ListAsync(
        string prefix, string? after, string? token, int count, CancellationToken cancellation)
    {
        var page = await AskAsync(
            default,
            limit => client.ListObjectsV2Async(
                new ListObjectsV2Request
                {
                    BucketName = bucket,
                    Prefix = prefix,
                    StartAfter = token is null ? after : null,
                    ContinuationToken = token,
                    MaxKeys = count,

                    // XML cannot say every character that a key may have.
                    Encoding = EncodingType.Url,
                    OptionalObjectAttributes = ["RestoreStatus"],
                },
                limit),
            cancellation);
        CheckIsListing(page);
        return page;
    }

    public Task<GetObjectMetadataResponse> HeadAsync(string key, FilePath path, CancellationToken cancellation) => AskAsync(
        path,
        limit => client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = bucket, Key = key }, limit),
        cancellation);

    /// <summary>The whole object, and what S3 itself says of its content.</summary>
    public Task<GetObjectResponse> GetAsync(string key, FilePath path, CancellationToken cancellation) => AskAsync(
        path,
        limit => client.GetObjectAsync(
            new GetObjectRequest { BucketName = bucket, Key = key, ChecksumMode = ChecksumMode.ENABLED }, limit),
        cancellation);

    /// <summary>A part of just the object that has this tag.</summary>
    /// <param name="last">The offset of the last byte.</param>
    public Task<GetObjectResponse> GetPartAsync(
        string key, FilePath path, string tag, long first, long last, CancellationToken cancellation) => AskAsync(
        path,
        limit => client.GetObjectAsync(
            new GetObjectRequest
            {
                BucketName = bucket,
                Key = key,
                EtagToMatch = $"\"{tag}\"",
                ByteRange = new Amazon.S3.Model.ByteRange(first, last),
            },
            limit),
        cancellation);

    /// <returns>Null: the endpoint does not say.</returns>
    public async Task<string?> RegionAsync(CancellationToken cancellation)
    {
        var answer = await AskAsync(
            default,
            limit => client.HeadBucketAsync(new HeadBucketRequest { BucketName = bucket }, limit),
            cancellation);
        return string.IsNullOrEmpty(answer.BucketRegion) ? null : answer.BucketRegion;
    }

    /// <summary>Makes a call, and of each failure a <see cref="StorageException"/>.</summary>
    /// <param name="path">The root where the call is about the bucket.</param>
    public async Task<T> AskAsync<T>(FilePath path, Func<CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(options.Patience);
        try
        {
            return await call(limit.Token);
        }
        catch (Exception failure) when (IsOfTheCall(failure))
        {
            cancellation.ThrowIfCancellationRequested();
            throw limit.IsCancellationRequested ? S3Faults.Unanswered(path, failure)
                : S3Faults.Of(failure, path, client.Config is AmazonS3Config { ServiceURL: not null, ForcePathStyle: false });
        }
    }

    private static bool IsOfTheCall(Exception failure) => failure
        is AmazonClientException or AmazonServiceException or HttpRequestException or IOException or WebException
        or OperationCanceledException or TimeoutException or XmlException;

    // A page of HTML, or nothing at all, with status 200 must not pass for an empty bucket.
    private void CheckIsListing(ListObjectsV2Response page)
    {
        if (!string.Equals(page.Name, bucket, StringComparison.Ordinal) || page.IsTruncated is not { } isTruncated)
        {
            throw S3Faults.NotS3("its answer is no listing of the bucket");
        }

        if (page.KeyCount is { } said && said != (page.S3Objects?.Count ?? 0) + (page.CommonPrefixes?.Count ?? 0))
        {
            throw S3Faults.NotS3($"its listing says that it has {said} keys, and has not");
        }

        if (isTruncated && string.IsNullOrEmpty(page.NextContinuationToken))
        {
            throw S3Faults.NotS3("its listing has more, and no token to go on with");
        }
    }
}
