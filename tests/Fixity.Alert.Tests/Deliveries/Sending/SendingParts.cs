using System.Net;
using Fixity.Alert.Deliveries;
using Fixity.Alert.Deliveries.Sending;
using Fixity.Alert.Deliveries.Sending.Guard;
using Fixity.Alert.Webhooks;
using Fixity.ServiceDefaults.Secrets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Fixity.Alert.Tests.Deliveries.Sending;

/// <summary>The sending parts without a database: one attempt at a time, to wherever a test says.</summary>
internal sealed class SendingParts : IAsyncDisposable
{
    public const string Secret = "a secret of sixteen and more";

    public static readonly Guid DeliveryId = new("01234567-89ab-7def-8123-456789abcdef");

    private readonly ServiceProvider _parts;

    /// <param name="resolve">Null: the machine's own resolver.</param>
    public SendingParts(AlertOptions? options = null, ResolveHost? resolve = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMetrics();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(Options.Create(options ?? new AlertOptions { AllowPrivateNetworks = true }));
        services.AddSingleton(new SecretBox("an encryption key for tests, long enough too"));
        // Never connected to: what is sealed is given.
        services.AddSingleton(NpgsqlDataSource.Create("Host=nowhere.invalid"));
        services.AddSingleton<WebhookSecrets>();
        services.AddSingleton<DeliveryMetrics>();
        services.AddSending();
        if (resolve is not null)
        {
            services.AddSingleton(resolve);
        }

        _parts = services.BuildServiceProvider();
    }

    public DestinationGuard Guard => _parts.GetRequiredService<DestinationGuard>();

    private WebhookSecrets Secrets => _parts.GetRequiredService<WebhookSecrets>();

    public Task<AttemptResult> SendAsync(WebhookDestination to, string payload = "{}", OutgoingDelivery? delivery = null) =>
        _parts.GetRequiredService<DeliverySender>().SendAsync(
            to, delivery ?? new OutgoingDelivery(DeliveryId, "file.corrupted", payload), CancellationToken.None);

    public WebhookDestination Http(
        string url, IReadOnlyDictionary<string, string>? headers = null, WebhookFormat format = WebhookFormat.Fixity) =>
        Destination(url, WebhookChannel.Http) with
        {
            Format = format,
            SealedHeaders = headers is null ? null : Secrets.SealHeaders(0, headers),
        };

    public WebhookDestination Mail(
        string url, MailSecurity security = MailSecurity.Starttls, string? user = null, string password = "",
        string from = "fixity@example.org", params string[] to) => Destination(url, WebhookChannel.Smtp) with
        {
            Mail = new MailSettings(from, to is [] ? ["ada@example.org"] : to, security, user, user is not null),
            SealedPassword = user is null ? null : Secrets.SealPassword(0, password),
        };

    public WebhookDestination Syslog(string url) => Destination(url, WebhookChannel.Syslog);

    /// <summary>Answers with these, one call after the other, and then always with the last.</summary>
    public static ResolveHost Resolving(params string[] addresses)
    {
        var calls = 0;
        return (_, _) => Task.FromResult<IPAddress[]>(
            [IPAddress.Parse(addresses[Math.Min(Interlocked.Increment(ref calls) - 1, addresses.Length - 1)])]);
    }

    public ValueTask DisposeAsync() => _parts.DisposeAsync();

    private WebhookDestination Destination(string url, WebhookChannel channel) =>
        new(0, "w", url, Secrets.Seal(0, Secret), TimeSpan.FromSeconds(20)) { Channel = channel };
}
