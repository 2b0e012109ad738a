using System.Net;
using Fixity.Alert.Deliveries.Matching;
using Fixity.Alert.Deliveries.Sending;

namespace Fixity.Alert.Deliveries;

internal static class DeliveryRegistration
{
    private const int MaxHeadersKilobytes = 64;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    // A name is looked up again, and its addresses checked again, at least this often.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(1);

    public static void AddDeliveries(this IServiceCollection services)
    {
        services.AddSingleton<DeliveryMetrics>();
        services.AddSingleton<DeliveryQueries>();
        services.AddSingleton<EventMatchStore>();
        services.AddSingleton<DeliveryQueue>();
        services.AddSingleton<DeliveryAttempt>();
        services.AddSingleton<DeliverySender>();
        services.AddSingleton<GuardedConnector>();
        services.AddSingleton<DeliveryWorker>();
        services.AddSingleton<EventMatcher>();
        services.AddHostedService(provider => provider.GetRequiredService<DeliveryWorker>());
        services.AddHostedService(provider => provider.GetRequiredService<EventMatcher>());
        services.AddHostedService<EventListener>();
        services.AddHttpClient(DeliverySender.ClientName)
            .ConfigureHttpClient(client => client.Timeout = Timeout.InfiniteTimeSpan) // Each attempt has its own.
            .ConfigurePrimaryHttpMessageHandler(CreateHandler)
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers(); // They write the url, whose path may be a key.
    }

    private static SocketsHttpHandler CreateHandler(IServiceProvider provider) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = ConnectTimeout,
        PooledConnectionLifetime = ConnectionLifetime,
        MaxResponseHeadersLength = MaxHeadersKilobytes,
        MaxResponseDrainSize = 0,
        // Neither our trace ids to strangers, nor their urls into our traces.
        ActivityHeadersPropagator = null,
        ConnectCallback = provider.GetRequiredService<GuardedConnector>().ConnectAsync,
    };
}
