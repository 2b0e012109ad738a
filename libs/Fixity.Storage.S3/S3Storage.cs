using Fixity.Core;

namespace Fixity.Storage.S3;

/// <summary>Opens a prefix of a bucket, at Amazon or at any other endpoint that speaks S3.</summary>
public static class S3Storage
{
    /// <summary>As a target says it.</summary>
    /// <exception cref="StorageException">The settings are wrong.</exception>
    public static IStorageBackend Open(StorageSettings settings) => settings.Connection.S3 is { } connection
        ? Open(connection, settings.Credentials)
        : throw Wrong("a target of type s3 says which bucket");

    /// <param name="connection">Nothing is looked at yet: the first probe or listing does.</param>
    /// <param name="credentials">
    /// Null: nobody, for buckets that everybody may read. Never what lies about in the environment or in files of the
    /// machine: a target is read as who it says, or not at all.
    /// </param>
    /// <exception cref="StorageException">The settings are wrong.</exception>
    public static IStorageBackend Open(
        S3Connection connection, StorageCredentials? credentials, S3StorageOptions? options = null)
    {
        if (connection.Bucket.Length == 0)
        {
            throw Wrong("a bucket has a name");
        }

        if (connection.Prefix.Length > 0 && (connection.Prefix[0] == '/' || connection.Prefix[^1] != '/'))
        {
            throw Wrong($"a prefix begins without a slash and ends with one, unlike '{connection.Prefix}'");
        }

        if (connection.Endpoint is { } endpoint && endpoint is not { IsAbsoluteUri: true, Scheme: "http" or "https" })
        {
            throw Wrong($"an endpoint is an http or https address, not '{endpoint}'");
        }

        options ??= new S3StorageOptions();
        return new S3StorageBackend(connection, S3Session.Begin(connection, credentials, options), options);
    }

    private static StorageException Wrong(string message) => new(StorageFault.Configuration, default, message);
}
