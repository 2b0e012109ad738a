using System.Net;
using System.Net.Sockets;
using Fixity.Core;
using Fixity.Testing;
using Fixity.Testing.S3;

namespace Fixity.Storage.S3.Tests;

/// <summary>Whatever stands between a target and its bucket has a name of its own, and is never an empty bucket.</summary>
public sealed class RefusalTests
{
    [Fact]
    public async Task A_wrong_secret_is_a_refused_login()
    {
        await using var bucket = await TestBucket.StartAsync();

        await AssertRefusedAsync(
            bucket.Connection, bucket.Credentials with { Secret = "wrong" }, StorageFault.Configuration, StorageReasons.LoginRefused);
        await AssertRefusedAsync(
            bucket.Connection, bucket.Credentials with { User = "AKIANOBODY" }, StorageFault.Configuration,
            StorageReasons.LoginRefused);
    }

    [Fact]
    public async Task Temporary_keys_take_their_token_along()
    {
        await using var bucket = await TestBucket.StartAsync(setup: new S3Setup { SessionToken = "token/1=" });
        bucket.Put("f", "");
        await using var backend = bucket.Open();

        Assert.Single(await Listed.AllAsync(backend));
        await AssertRefusedAsync(
            bucket.Connection, bucket.Credentials with { SessionToken = null }, StorageFault.Configuration,
            StorageReasons.LoginRefused);
    }

    [Fact]
    public async Task Nobody_is_somebody_only_where_everybody_may_read()
    {
        await using var closed = await TestBucket.StartAsync();
        await AssertRefusedAsync(closed.Connection, null, StorageFault.Configuration, StorageReasons.AccessDenied);

        await using var open = await TestBucket.StartAsync(setup: new S3Setup { AllowsAnonymous = true });
        open.Put("f", "");
        await using var backend = S3Storage.Open(open.Connection, null);
        Assert.Single(await Listed.AllAsync(backend));
    }

    [Fact]
    public async Task Another_region_is_said_to_be_that()
    {
        await using var bucket = await TestBucket.StartAsync();

        await AssertRefusedAsync(
            bucket.Connection with { Region = "elsewhere-1" }, bucket.Credentials, StorageFault.Configuration,
            StorageReasons.OtherRegion);
    }

    [Fact]
    public async Task A_clock_that_is_wrong_is_not_a_wrong_secret()
    {
        var clock = new ManualClock(DateTimeOffset.UtcNow.AddHours(1));
        await using var bucket = await TestBucket.StartAsync(setup: new S3Setup { Clock = clock });

        await AssertRefusedAsync(
            bucket.Connection, bucket.Credentials, StorageFault.Configuration, StorageReasons.ClockSkewed);
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_is_that_to_every_call()
    {
        await using var bucket = await TestBucket.StartAsync();
        bucket.Put("f", "");
        bucket.Server.BucketIsGone = true;

        await AssertRefusedAsync(
            bucket.Connection, bucket.Credentials, StorageFault.Configuration, StorageReasons.BucketMissing);
        await using var backend = bucket.Open();
        var path = FilePath.FromEscaped("f");
        Assert.Equal(
            StorageReasons.BucketMissing,
            (await Assert.ThrowsAsync<StorageException>(async () => await backend.StatAsync(path, CancellationToken.None))).Reason);
        Assert.Equal(
            StorageReasons.BucketMissing,
            (await Assert.ThrowsAsync<StorageException>(
                async () => await backend.OpenAsync(path, ReadSource.Cache, CancellationToken.None))).Reason);
    }

    [Fact]
    public async Task A_bucket_before_the_name_of_an_endpoint_that_has_no_such_names_is_said_to_be_that()
    {
        await using var backend = S3Storage.Open(
            new S3Connection("bucket", Endpoint: new Uri("http://no-such-host.invalid")), new("a", "b"));

        var refused = await Listed.RefusedAsync(backend);

        Assert.Equal((StorageFault.Connection, StorageReasons.NameNotResolved), (refused.Fault, refused.Reason));
        Assert.Contains("want the bucket in the path", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_web_server_that_is_none_of_s3_is_no_missing_bucket()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            // One call for the probe, one for the listing.
            for (var call = 0; call < 2; call++)
            {
                using var client = await listener.AcceptTcpClientAsync();
                Assert.NotEqual(0, await client.GetStream().ReadAsync(new byte[64 * 1024]));
                await client.GetStream().WriteAsync(
                    "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nConnection: close\r\n\r\nnope"u8.ToArray());
            }
        });

        await AssertRefusedAsync(
            new S3Connection(
                "bucket", Endpoint: new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"), PathStyle: true),
            new("a", "b"), StorageFault.Configuration, StorageReasons.ProtocolRefused);
        await serving;
    }

    [Fact]
    public async Task A_bucket_that_goes_while_it_is_listed_ends_the_listing()
    {
        await using var bucket = await TestBucket.StartAsync();
        await using var backend = bucket.Open(pageSize: 2);
        for (var i = 0; i < 10; i++)
        {
            bucket.Put($"{i}", "");
        }

        bucket.Server.Upset = call =>
        {
            bucket.Server.BucketIsGone = call.Number >= 2;
            return null;
        };

        var refused = await Listed.RefusedAsync(backend);

        Assert.Equal((StorageFault.Configuration, StorageReasons.BucketMissing), (refused.Fault, refused.Reason));
    }

    [Fact]
    public async Task A_bucket_that_may_not_be_listed_is_refused_as_a_whole_and_an_object_by_itself()
    {
        await using var bucket = await TestBucket.StartAsync();
        bucket.Put("f", new StoredObject([], DateTimeOffset.UtcNow) { IsDenied = true });
        await using var backend = bucket.Open();
        var path = Assert.Single(await Listed.AllAsync(backend)).Path;

        var opened = await Assert.ThrowsAsync<StorageException>(
            async () => await backend.OpenAsync(path, ReadSource.Cache, CancellationToken.None));
        var looked = await Assert.ThrowsAsync<StorageException>(
            async () => await backend.StatAsync(path, CancellationToken.None));
        Assert.Equal((StorageFault.Denied, StorageFault.Denied), (opened.Fault, looked.Fault));

        bucket.Server.ListingIsDenied = true;
        await AssertRefusedAsync(
            bucket.Connection, bucket.Credentials, StorageFault.Configuration, StorageReasons.AccessDenied);
    }

    [Theory]
    [InlineData(503, "SlowDown", StorageReasons.Throttled)]
    [InlineData(503, "SlowDownRead", StorageReasons.Throttled)]
    [InlineData(429, "TooManyRequests", StorageReasons.Throttled)]
    [InlineData(429, "", StorageReasons.Throttled)]
    [InlineData(500, "InternalError", StorageReasons.ConnectionLost)]
    [InlineData(502, "", StorageReasons.ConnectionLost)]
    public async Task What_may_pass_is_a_matter_of_the_connection_and_tried_once(int status, string code, string reason)
    {
        await using var bucket = await TestBucket.StartAsync();
        bucket.Put("f", "");
        bucket.Server.Upset = _ => new S3Upset(status, code);

        await AssertRefusedAsync(bucket.Connection, bucket.Credentials, StorageFault.Connection, reason);
        Assert.Equal(2, bucket.Server.Calls.Count); // One for the probe, one for the listing.

        await using var backend = bucket.Open();
        var opened = await Assert.ThrowsAsync<StorageException>(
            async () => await backend.OpenAsync(FilePath.FromEscaped("f"), ReadSource.Cache, CancellationToken.None));
        Assert.Equal((StorageFault.Connection, reason), (opened.Fault, opened.Reason));
    }

    [Theory]
    [InlineData("<html><body>It works!</body></html>")]
    [InlineData("<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>other</Name><IsTruncated>false</IsTruncated></ListBucketResult>")]
    [InlineData("<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bucket</Name></ListBucketResult>")]
    [InlineData("<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bucket</Name><KeyCount>2</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>")]
    [InlineData("<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bucket</Name><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated>")]
    [InlineData("{}")]
    [InlineData("")]
    public async Task An_answer_that_is_no_listing_is_not_an_empty_bucket(string body)
    {
        await using var bucket = await TestBucket.StartAsync();
        bucket.Server.Upset = _ => new S3Upset(Body: body);
        await using var backend = bucket.Open();

        var refused = await Listed.RefusedAsync(backend);

        Assert.Contains(refused.Fault, (StorageFault[])[StorageFault.Configuration, StorageFault.Connection]);
    }

    [Fact]
    public async Task A_listing_that_breaks_off_is_not_a_shorter_one()
    {
        await using var bucket = await TestBucket.StartAsync();
        for (var i = 0; i < 10; i++)
        {
            bucket.Put($"{i}", "");
        }

        bucket.Server.Upset = _ => new S3Upset(CutAfterBytes: 900);
        await using var backend = bucket.Open();

        var refused = await Listed.RefusedAsync(backend);

        Assert.Equal((StorageFault.Connection, StorageReasons.ConnectionLost), (refused.Fault, refused.Reason));
        Assert.Single(bucket.Server.Calls);
        bucket.Server.Upset = null;
        Assert.Equal(10, (await Listed.AllAsync(backend)).Count);
    }

    [Fact]
    public async Task Keys_in_another_order_than_that_of_their_bytes_are_refused()
    {
        await using var bucket = await TestBucket.StartAsync();
        var (name, prefix) = (bucket.Connection.Bucket, "some prefix/%C3%BC%2B/");
        bucket.Server.Upset = _ => new S3Upset(Body: $"""
            <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>{name}</Name><KeyCount>2</KeyCount>
            <EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>
            <Contents><Key>{prefix}%F0%9F%98%80</Key><Size>0</Size></Contents>
            <Contents><Key>{prefix}%EF%BD%9E</Key><Size>0</Size></Contents></ListBucketResult>
            """);
        await using var backend = bucket.Open();

        var refused = await Listed.RefusedAsync(backend);

        Assert.Equal((StorageFault.Configuration, StorageReasons.ProtocolRefused), (refused.Fault, refused.Reason));
        Assert.Contains("order", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_leads_nowhere_and_a_port_where_nobody_listens_are_told_apart()
    {
        var here = new S3Connection("bucket", Endpoint: new Uri("http://no-such-host.invalid"), PathStyle: true);
        await AssertRefusedAsync(here, new("a", "b"), StorageFault.Connection, StorageReasons.NameNotResolved);

        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        await AssertRefusedAsync(
            here with { Endpoint = new Uri($"http://127.0.0.1:{port}") }, new("a", "b"), StorageFault.Connection,
            StorageReasons.ConnectionRefused);
    }

    [Fact]
    public async Task An_endpoint_that_says_nothing_is_given_up_in_time()
    {
        await using var bucket = await TestBucket.StartAsync();
        bucket.Server.Upset = _ => new S3Upset(CutAfterBytes: 0, Stalls: true);
        await using var backend = S3Storage.Open(
            bucket.Connection, bucket.Credentials, new S3StorageOptions { Patience = TimeSpan.FromMilliseconds(300) });

        var refused = await Listed.RefusedAsync(backend);

        Assert.Equal((StorageFault.Connection, StorageReasons.Unreachable), (refused.Fault, refused.Reason));
    }

    [Fact]
    public async Task No_secret_is_in_what_is_said_of_a_failure()
    {
        await using var bucket = await TestBucket.StartAsync();
        await using var backend = S3Storage.Open(bucket.Connection, bucket.Credentials with { Secret = "do-not-tell-this" });

        var refused = await Listed.RefusedAsync(backend);

        Assert.DoesNotContain("do-not-tell-this", refused.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Signature=", refused.ToString(), StringComparison.Ordinal);
    }

    private static async Task AssertRefusedAsync(
        S3Connection connection, StorageCredentials? credentials, StorageFault fault, string reason)
    {
        await using var backend = S3Storage.Open(connection, credentials);

        var probed = await Assert.ThrowsAsync<StorageException>(() => backend.ProbeAsync(CancellationToken.None));
        Assert.Equal((fault, reason), (probed.Fault, probed.Reason));
        var listed = await Listed.RefusedAsync(backend);
        Assert.Equal((fault, reason), (listed.Fault, listed.Reason));
    }
}
