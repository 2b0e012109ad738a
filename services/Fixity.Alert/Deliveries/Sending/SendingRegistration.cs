using System.Net;
using Fixity.Alert.Deliveries.Sending.Channels;
using Fixity.Alert.Deliveries.Sending.Guard;
using Fixity.Alert.Webhooks;
using Microsoft.Extensions.Options;

namespace Fixity.Alert.Deliveries.Sending;

internal static class SendingRegistration
{
    private const int MaxHeadersKilobytes = 64;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    // A name is looked up again, and its addresses checked again, at least this often.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(1);

    public static void AddSending(this IServiceCollection services)
    {
        services.AddSingleton<ResolveHost>(Resolve);
        services.AddSingleton<DestinationGuard>();
        services.AddSingleton<DestinationTls>();
        services.AddSingleton<IWebhookCheck, DestinationCheck>();
        services.AddSingleton<IDeliveryChannel, HttpChannel>();
        services.AddSingleton<IDeliveryChannel, SmtpChannel>();
        services.AddSingleton<IDeliveryChannel, SyslogChannel>();
        services.AddSingleton<DeliverySender>();
        services.AddSingleton<CircuitBreakers>();
        services.AddSingleton<DeliveryQueue>();
        services.AddSingleton<AttemptStore>();
        services.AddSingleton<DeliveryAttempt>();
        services.AddSingleton<DeliveryWorker>();
        services.AddHttpClient(HttpChannel.ClientName)
            .ConfigureHttpClient(client => client.Timeout = Timeout.InfiniteTimeSpan) // Each attempt has its own.
            .ConfigurePrimaryHttpMessageHandler(CreateHandler)
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers(); // They write the url, whose path may be a key.
    }

    // The resolver refuses to be asked for 0.0.0.0; the guard is to say why that is no receiver.
    private static Task<IPAddress[]> Resolve(string host, CancellationToken cancellation) =>
        IPAddress.TryParse(host, out var address)
            ? Task.FromResult<IPAddress[]>([address])
            : Dns.GetHostAddressesAsync(host, cancellation);

    private static SocketsHttpHandler CreateHandler(IServiceProvider provider)
    {
        var proxy = provider.GetRequiredService<IOptions<AlertOptions>>().Value.Proxy;
        return new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            // Never one of the environment: it would see every payload, and connect past the guard.
            UseProxy = !string.IsNullOrEmpty(proxy),
            Proxy = string.IsNullOrEmpty(proxy) ? null : ProxyAt(new Uri(proxy)),
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = ConnectionLifetime,
            MaxResponseHeadersLength = MaxHeadersKilobytes,
            MaxResponseDrainSize = 0,
            // Neither our trace ids to strangers, nor their urls into our traces.
            ActivityHeadersPropagator = null,
            SslOptions = provider.GetRequiredService<DestinationTls>().For(null),
            ConnectCallback = provider.GetRequiredService<DestinationGuard>().ConnectAsync,
        };
    }

    private static WebProxy ProxyAt(Uri address)
    {
        // Its address without the login: the client puts it into the errors that it reports.
        var bare = new UriBuilder(address) { UserName = "", Password = "" }.Uri;
        var proxy = new WebProxy(bare) { BypassProxyOnLocal = false };
        if (address.UserInfo.Split(':', 2) is [{ Length: > 0 } name, var password])
        {
            proxy.Credentials = new NetworkCredential(Uri.UnescapeDataString(name), Uri.UnescapeDataString(password));
        }

        return proxy;
    }
}
