using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Amazon.Runtime;
using Fixity.Core;

namespace Fixity.Storage.S3;

/// <summary>What a failed call says about the storage, decided here and nowhere else.</summary>
internal static class S3Faults
{
    /// <param name="path">The root: the call was about the bucket, and whatever is refused is refused to all of it.</param>
    /// <param name="isBucketInHost">The bucket's name stands before that of an endpoint which is not Amazon's.</param>
    public static StorageException Of(Exception failure, FilePath path, bool isBucketInHost = false)
    {
        if (failure is StorageException known)
        {
            return known;
        }

        // A body that broke off hides in an exception of the one who parsed it.
        if (failure is AmazonServiceException and not AmazonUnmarshallingException && Inner<HttpRequestException>(failure) is null)
        {
            return OfAnswer((AmazonServiceException)failure, path);
        }

        return OfConnection(failure, path, isBucketInHost);
    }

    public static StorageException NotS3(string what) =>
        Make(StorageFault.Configuration, StorageReasons.ProtocolRefused, default, $"the endpoint does not speak S3: {what}");

    /// <summary>Nothing came in the time allowed, whatever the broken call says of it.</summary>
    public static StorageException Unanswered(FilePath path, Exception failure) => Make(
        StorageFault.Connection, StorageReasons.Unreachable, path, "no answer came in the time allowed", failure);

    private static StorageException OfAnswer(AmazonServiceException answer, FilePath path)
    {
        var (status, code) = (answer.StatusCode, answer.ErrorCode ?? "");
        var (fault, reason, message) = OfCode(code) ?? OfStatus(status, path.IsRoot);
        if (code == status.ToString())
        {
            code = ""; // The SDK's own word, where the answer had none.
        }

        var said = code.Length > 0 && answer.Message is { Length: > 0 } text && text != code ? $"{code}: {text}" : code;
        return Make(fault, reason, path, said.Length > 0 ? $"{message} ({said})" : message, answer);
    }

    private static (StorageFault Fault, string? Reason, string Message)? OfCode(string code) => code switch
    {
        "NoSuchBucket" => (StorageFault.Configuration, StorageReasons.BucketMissing, "there is no such bucket"),
        "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "InvalidToken" or "ExpiredToken" or "TokenRefreshRequired"
            or "InvalidSecurity" or "AccountProblem" or "NotSignedUp" or "InvalidClientTokenId" =>
            (StorageFault.Configuration, StorageReasons.LoginRefused, "the access key is refused"),
        "RequestTimeTooSkewed" =>
            (StorageFault.Configuration, StorageReasons.ClockSkewed, "the clocks of both sides are too far apart"),
        "PermanentRedirect" or "AuthorizationHeaderMalformed" or "TemporaryRedirect" =>
            (StorageFault.Configuration, StorageReasons.OtherRegion, "the bucket is in another region"),
        "TooManyRequests" or "RequestLimitExceeded" or "BandwidthLimitExceeded" or "ServiceUnavailable" =>
            (StorageFault.Connection, StorageReasons.Throttled, "the storage asks for fewer calls"),
        _ when code.StartsWith("SlowDown", StringComparison.Ordinal)
            || code.StartsWith("Throttl", StringComparison.Ordinal) =>
            (StorageFault.Connection, StorageReasons.Throttled, "the storage asks for fewer calls"),
        "RequestTimeout" => (StorageFault.Connection, StorageReasons.ConnectionLost, "the storage gave the call up"),
        "InvalidObjectState" =>
            (StorageFault.Denied, null, "the object is archived: it can be read when it has been fetched back"),
        "NoSuchKey" => (StorageFault.Gone, null, "there is no such object"),
        "PreconditionFailed" => (StorageFault.Changed, null, "another object took its place"),
        _ => null,
    };

    private static (StorageFault Fault, string? Reason, string Message) OfStatus(HttpStatusCode status, bool isOfRoot) =>
        status switch
        {
            HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized => isOfRoot
                ? (StorageFault.Configuration, StorageReasons.AccessDenied, "the bucket may not be listed")
                : (StorageFault.Denied, StorageReasons.AccessDenied, "the object may not be read"),
            // A bucket that is missing is said in words (NoSuchBucket); a bare 404 is any web server's.
            HttpStatusCode.NotFound => isOfRoot
                ? (StorageFault.Configuration, StorageReasons.ProtocolRefused,
                    "the endpoint answered 404 and not as S3 does: is it the address of an S3 service?")
                : (StorageFault.Gone, null, "there is no such object"),
            HttpStatusCode.PreconditionFailed => (StorageFault.Changed, null, "another object took its place"),
            HttpStatusCode.RequestedRangeNotSatisfiable =>
                (StorageFault.Changed, null, "the object is shorter than it was"),
            HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect =>
                (StorageFault.Configuration, StorageReasons.OtherRegion, "the bucket is in another region"),
            HttpStatusCode.TooManyRequests =>
                (StorageFault.Connection, StorageReasons.Throttled, "the storage asks for fewer calls"),
            >= HttpStatusCode.InternalServerError =>
                (StorageFault.Connection, StorageReasons.ConnectionLost, $"the storage failed with {(int)status}"),
            _ => isOfRoot
                ? (StorageFault.Configuration, StorageReasons.ProtocolRefused, $"the storage answered with {(int)status}")
                : (StorageFault.ReadFailed, null, $"the storage answered with {(int)status}"),
        };

    private static StorageException OfConnection(Exception failure, FilePath path, bool isBucketInHost)
    {
        if (Inner<SocketException>(failure) is { } socket)
        {
            return socket.SocketErrorCode switch
            {
                SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => Make(
                    StorageFault.Connection, StorageReasons.NameNotResolved, path,
                    isBucketInHost
                        ? "the endpoint's name, with the bucket's before it, does not resolve: most services of one's own "
                            + "want the bucket in the path instead"
                        : "the endpoint's name does not resolve",
                    failure),
                SocketError.ConnectionRefused => Make(
                    StorageFault.Connection, StorageReasons.ConnectionRefused, path,
                    "nobody listens at the endpoint's port", failure),
                SocketError.TimedOut or SocketError.HostUnreachable or SocketError.NetworkUnreachable => Make(
                    StorageFault.Connection, StorageReasons.Unreachable, path, "the endpoint does not answer", failure),
                _ => Lost(failure, path),
            };
        }

        if (Inner<AuthenticationException>(failure) is { } refused)
        {
            // The framework says it in words alone: what else there is comes from one who speaks no TLS.
            return Inner<System.ComponentModel.Win32Exception>(failure) is null
                    && refused.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase)
                ? Make(StorageFault.Configuration, StorageReasons.Certificate, path, refused.Message, failure)
                : Make(
                    StorageFault.Configuration, StorageReasons.ProtocolRefused, path,
                    $"the endpoint does not speak TLS: {refused.Message}", failure);
        }

        return failure is OperationCanceledException or TimeoutException ? Unanswered(path, failure) : Lost(failure, path);
    }

    private static StorageException Lost(Exception failure, FilePath path) => Make(
        StorageFault.Connection, StorageReasons.ConnectionLost, path,
        $"the connection broke off: {failure.GetBaseException().Message}", failure);

    private static T? Inner<T>(Exception? failure)
        where T : Exception
    {
        while (failure is not null and not T)
        {
            failure = failure.InnerException;
        }

        return failure as T;
    }

    private static StorageException Make(
        StorageFault fault, string? reason, FilePath path, string message, Exception? cause = null) =>
        new(fault, path.ToOwned(), message, cause) { Reason = reason };
}
