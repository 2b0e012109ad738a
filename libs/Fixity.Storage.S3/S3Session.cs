using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;
using Amazon.S3.Internal;
using Fixity.Core;

namespace Fixity.Storage.S3;

/// <summary>The SDK's client and the connections under it, set up so that nothing of this machine decides who reads what.</summary>
internal sealed class S3Session : IDisposable
{
    private readonly Connections _connections;

    private S3Session(AmazonS3Client client, Connections connections) => (Client, _connections) = (client, connections);

    public AmazonS3Client Client { get; }

    public static S3Session Begin(S3Connection connection, StorageCredentials? credentials, S3StorageOptions options)
    {
        var connections = new Connections(Handler(connection, options));
        var config = new AmazonS3Config
        {
            HttpClientFactory = connections,
            ForcePathStyle = connection.PathStyle,
            IgnoreConfiguredEndpointUrls = true,
            UseArnRegion = false,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (connection.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.AbsoluteUri;
            config.AuthenticationRegion = connection.Region;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(connection.Region);
        }

        return new S3Session(new OneAttempt(Login(credentials), config), connections);
    }

    public void Dispose()
    {
        Client.Dispose();
        _connections.Dispose();
    }

    private static AWSCredentials Login(StorageCredentials? credentials) => credentials switch
    {
        null => new AnonymousAWSCredentials(),
        { SessionToken: { Length: > 0 } token } => new SessionAWSCredentials(credentials.User, credentials.Secret, token),
        _ => new BasicAWSCredentials(credentials.User, credentials.Secret),
    };

    private static SocketsHttpHandler Handler(S3Connection connection, S3StorageOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            // A redirect is an answer of its own: the bucket is elsewhere. Bytes are hashed as they are stored.
            AllowAutoRedirect = false,
            AutomaticDecompression = System.Net.DecompressionMethods.None,
            UseCookies = false,
            ConnectTimeout = options.ConnectTimeout,
            ConnectCallback = options.Connect,
            PooledConnectionLifetime = TimeSpan.FromMinutes(15),
        };
        if (connection.Certificate is { Length: > 0 } pem)
        {
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Trusting(pem) };
        }

        return handler;
    }

    private static X509ChainPolicy Trusting(string pem)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,

            // An authority of one's own seldom says where its list of revoked certificates is.
            RevocationMode = X509RevocationMode.NoCheck,
        };
        try
        {
            policy.CustomTrustStore.ImportFromPem(pem);
        }
        catch (CryptographicException failure)
        {
            throw NotACertificate(failure);
        }

        return policy.CustomTrustStore.Count > 0 ? policy : throw NotACertificate(null);
    }

    private static StorageException NotACertificate(Exception? cause) =>
        new(StorageFault.Configuration, default, "the certificate of the endpoint's authority is not one in PEM", cause)
        {
            Reason = StorageReasons.Certificate,
        };

    /// <summary>A client that asks once: trying again is for the decorators, which know what a scan can wait for.</summary>
    /// <remarks>Setting the number of retries to none is not enough: a body that broke off was asked for ten times more.</remarks>
    private sealed class OneAttempt(AWSCredentials credentials, AmazonS3Config config) : AmazonS3Client(credentials, config)
    {
        protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
        {
            base.CustomizeRuntimePipeline(pipeline);
            pipeline.RemoveHandler<RetryHandler>();

            // Compares content with an ETag that looks like an MD5. It need not be one: encrypted, or not Amazon's.
            pipeline.RemoveHandler<AmazonS3ResponseHandler>();
        }
    }

    /// <summary>One set of connections for each open storage, closed with it; the SDK would share them, custom trust and all.</summary>
    private sealed class Connections(SocketsHttpHandler handler) : HttpClientFactory, IDisposable
    {
        private readonly Calls _calls = new(handler);

        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => _calls;

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

        public void Dispose() => _calls.Dispose();
    }

    private sealed class Calls : HttpClient
    {
        // Each call has a time limit of its own, which for a body is counted anew with every read.
        public Calls(SocketsHttpHandler handler)
            : base(handler) => Timeout = System.Threading.Timeout.InfiniteTimeSpan;
    }
}
