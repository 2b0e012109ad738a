using Fixity.Core;

namespace Fixity.Storage.S3.Tests;

/// <summary>A bucket of a real endpoint, if the environment names one: the conformance suite then runs against it.</summary>
/// <remarks>
/// FIXITY_S3_BUCKET, FIXITY_S3_ACCESS_KEY and FIXITY_S3_SECRET_KEY; and, where they differ from Amazon's,
/// FIXITY_S3_ENDPOINT, FIXITY_S3_REGION, FIXITY_S3_PATH_STYLE=1, FIXITY_S3_SESSION_TOKEN, FIXITY_S3_CERTIFICATE (a file
/// in PEM). Everything is made, and deleted again, below one prefix of its own.
/// </remarks>
internal static class RealEndpoint
{
    public static S3Connection? Connection { get; } = Read("BUCKET") is { } bucket
        ? new S3Connection(
            bucket, "", Read("REGION") ?? "us-east-1", Read("ENDPOINT") is { } endpoint ? new Uri(endpoint) : null,
            Read("PATH_STYLE") == "1", Read("CERTIFICATE") is { } file ? File.ReadAllText(file) : null)
        : null;

    public static StorageCredentials Credentials { get; } =
        new(Read("ACCESS_KEY") ?? "", Read("SECRET_KEY") ?? "", SessionToken: Read("SESSION_TOKEN"));

    private static string? Read(string name) =>
        Environment.GetEnvironmentVariable("FIXITY_S3_" + name) is { Length: > 0 } value ? value : null;
}
