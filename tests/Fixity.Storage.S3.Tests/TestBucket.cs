using System.Text;
using Amazon.S3.Model;
using Fixity.Core;
using Fixity.Testing.S3;

namespace Fixity.Storage.S3.Tests;

/// <summary>A prefix of a bucket for one test: on the strict server, or at the endpoint that the environment names.</summary>
internal sealed class TestBucket : IAsyncDisposable
{
    private readonly S3Server? _server;
    private readonly S3Session _session;

    private TestBucket(S3Server? server, S3Connection connection, StorageCredentials credentials)
    {
        (_server, Connection, Credentials) = (server, connection, credentials);
        _session = S3Session.Begin(connection, credentials, new S3StorageOptions());
    }

    public S3Connection Connection { get; }

    public StorageCredentials Credentials { get; }

    public S3Server Server => _server ?? throw new InvalidOperationException("This test needs the server of its own.");

    public static async Task<TestBucket> StartAsync(bool mayBeReal = false, S3Setup? setup = null)
    {
        if (mayBeReal && RealEndpoint.Connection is { } real)
        {
            return new TestBucket(null, real with { Prefix = $"fixity-test/{Guid.NewGuid():N}/" }, RealEndpoint.Credentials);
        }

        var server = await S3Server.StartAsync(setup);
        return new TestBucket(server, At(server), Login(server));
    }

    public static S3Connection At(S3Server server) =>
        new(server.Setup.Bucket, "some prefix/ü+/", server.Setup.Region, server.Endpoint, PathStyle: true);

    public static StorageCredentials Login(S3Server server) =>
        new(server.Setup.AccessKey, server.Setup.Secret, SessionToken: server.Setup.SessionToken);

    /// <summary>Small pages, so that there are several.</summary>
    public IStorageBackend Open(int pageSize = 7) =>
        S3Storage.Open(Connection, Credentials, new S3StorageOptions { PageSize = pageSize });

    /// <summary>The way that any program makes objects.</summary>
    public async Task UploadAsync(FilePath path, byte[] content) =>
        await _session.Client.PutObjectAsync(new PutObjectRequest
        {
            BucketName = Connection.Bucket,
            Key = Connection.Prefix + Encoding.UTF8.GetString(path.ToRaw()),
            InputStream = new MemoryStream(content),
            UseChunkEncoding = false,
        });

    public void Put(string below, string content) => Server.Put(Connection.Prefix + below, content);

    public void Put(string below, StoredObject content) => Server.Put(Connection.Prefix + below, content);

    public async ValueTask DisposeAsync()
    {
        if (_server is null)
        {
            await DeleteAllAsync();
        }

        _session.Dispose();
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private async Task DeleteAllAsync()
    {
        var pages = _session.Client.Paginators.ListObjectsV2(
            new ListObjectsV2Request { BucketName = Connection.Bucket, Prefix = Connection.Prefix, Encoding = "url" });
        await foreach (var page in pages.Responses)
        {
            foreach (var item in page.S3Objects ?? [])
            {
                await _session.Client.DeleteObjectAsync(Connection.Bucket, System.Net.WebUtility.UrlDecode(item.Key));
            }
        }
    }
}
