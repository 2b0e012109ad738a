using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace Fixity.Alert.Deliveries.Sending.Guard;

/// <summary>How a receiver proves who it is: by a certificate for its name, under a root of the system or of the administrator.</summary>
internal sealed class DestinationTls
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    private readonly X509Certificate2Collection _roots = [];

    public DestinationTls(IOptions<AlertOptions> options)
    {
        if (options.Value.TrustedCertificates is { Length: > 0 } path)
        {
            _roots.ImportFromPemFile(path);
        }
    }

    /// <param name="host">Name or address that the certificate must be for; null: the http client says it.</param>
    public SslClientAuthenticationOptions For(string? host) => new()
    {
        TargetHost = host,
        RemoteCertificateValidationCallback = _roots.Count == 0 ? null : IsTrusted,
    };

    private bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 presented)
        {
            return errors == SslPolicyErrors.None;
        }

        using var ours = new X509Chain();
        ours.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        ours.ChainPolicy.CustomTrustStore.AddRange(_roots);
        ours.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        ours.ChainPolicy.ApplicationPolicy.Add(ServerAuthentication);
        foreach (var element in chain?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            ours.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return ours.Build(presented);
    }
}
