using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Fixity.Core;
using Fixity.Testing.S3;

namespace Fixity.Storage.S3.Tests;

public sealed class EndpointTests
{
    [Fact]
    public async Task An_authority_of_ones_own_is_trusted_where_it_is_given_and_nowhere_else()
    {
        using var authority = new TestAuthority();
        await using var bucket = await TestBucket.StartAsync(setup: new S3Setup { Certificate = authority.Issue("localhost") });
        bucket.Put("f", "");

        await using var trusting = S3Storage.Open(bucket.Connection with { Certificate = authority.Pem }, bucket.Credentials);
        Assert.Single(await Listed.AllAsync(trusting));

        using var other = new TestAuthority();
        await AssertCertificateRefusedAsync(bucket.Connection, bucket.Credentials);
        await AssertCertificateRefusedAsync(bucket.Connection with { Certificate = other.Pem }, bucket.Credentials);
    }

    [Fact]
    public async Task A_certificate_of_another_name_is_refused()
    {
        using var authority = new TestAuthority();
        await using var bucket = await TestBucket.StartAsync(setup: new S3Setup { Certificate = authority.Issue("elsewhere.test") });

        await AssertCertificateRefusedAsync(bucket.Connection with { Certificate = authority.Pem }, bucket.Credentials);
    }

    [Fact]
    public async Task A_port_that_speaks_no_tls_is_not_a_matter_of_certificates()
    {
        await using var bucket = await TestBucket.StartAsync();
        var endpoint = new UriBuilder(bucket.Server.Endpoint) { Scheme = "https" }.Uri;
        await using var backend = S3Storage.Open(bucket.Connection with { Endpoint = endpoint }, bucket.Credentials);

        var refused = await Listed.RefusedAsync(backend);

        Assert.Equal((StorageFault.Configuration, StorageReasons.ProtocolRefused), (refused.Fault, refused.Reason));
    }

    [Fact]
    public void What_is_no_certificate_is_said_to_be_none()
    {
        var refused = Assert.Throws<StorageException>(
            () => S3Storage.Open(new S3Connection("bucket", Certificate: "not one"), null));

        Assert.Equal((StorageFault.Configuration, StorageReasons.Certificate), (refused.Fault, refused.Reason));
    }

    [Fact]
    public async Task A_bucket_may_stand_in_the_name_of_the_host()
    {
        await using var bucket = await TestBucket.StartAsync();
        bucket.Put("dir/f", "content");
        await using var backend = OpenByHost(bucket);

        Assert.Equal(["File dir/f"], (await Listed.AllAsync(backend)).Words());
    }

    [Fact]
    public async Task The_identity_is_endpoint_region_bucket_and_prefix_and_not_how_they_are_reached()
    {
        await using var bucket = await TestBucket.StartAsync();
        await using var one = bucket.Open();
        await using var byHost = OpenByHost(bucket);
        await using var deeper = S3Storage.Open(bucket.Connection with { Prefix = "some prefix/" }, bucket.Credentials);

        var identity = (await one.ProbeAsync(CancellationToken.None)).Identity;

        Assert.Contains("region:eu-test-1/bucket:bucket/prefix:some prefix/ü+/", identity, StringComparison.Ordinal);
        Assert.Equal(identity, (await byHost.ProbeAsync(CancellationToken.None)).Identity);
        Assert.NotEqual(identity, (await deeper.ProbeAsync(CancellationToken.None)).Identity);
    }

    [Theory]
    [InlineData("/front/")]
    [InlineData("no-slash")]
    public void A_prefix_that_could_mean_two_things_is_refused(string prefix) =>
        Assert.Equal(
            StorageFault.Configuration,
            Assert.Throws<StorageException>(() => S3Storage.Open(new S3Connection("bucket", prefix), null)).Fault);

    [Fact]
    public void A_target_without_a_bucket_is_a_wrong_target() =>
        Assert.Equal(
            StorageFault.Configuration,
            Assert.Throws<StorageException>(() => S3Storage.Open(new StorageSettings("s3", "s3://bucket/"))).Fault);

    // Names below localhost resolve on some machines and not on others.
    private static IStorageBackend OpenByHost(TestBucket bucket) => S3Storage.Open(
        bucket.Connection with { PathStyle = false }, bucket.Credentials, new S3StorageOptions { Connect = ConnectHereAsync });

    private static async ValueTask<Stream> ConnectHereAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        Assert.Equal("bucket.localhost", context.DnsEndPoint.Host);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static async Task AssertCertificateRefusedAsync(S3Connection connection, StorageCredentials credentials)
    {
        await using var backend = S3Storage.Open(connection, credentials);

        var refused = await Assert.ThrowsAsync<StorageException>(() => backend.ProbeAsync(CancellationToken.None));

        Assert.Equal((StorageFault.Configuration, StorageReasons.Certificate), (refused.Fault, refused.Reason));
    }

    /// <summary>An authority for the length of a test, and certificates from it.</summary>
    private sealed class TestAuthority : IDisposable
    {
        private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        private readonly X509Certificate2 _root;

        public TestAuthority()
        {
            var request = new CertificateRequest("CN=fixity test authority", _key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
            _root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        }

        public string Pem => _root.ExportCertificatePem();

        public X509Certificate2 Issue(string name)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(name);
            request.CertificateExtensions.Add(names.Build());
            using var issued = request.Create(_root, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1), [1]);
            using var both = issued.CopyWithPrivateKey(key);
            return X509CertificateLoader.LoadPkcs12(both.Export(X509ContentType.Pfx), null);
        }

        public void Dispose()
        {
            _root.Dispose();
            _key.Dispose();
        }
    }
}
