extern alias AlertService;
extern alias QueryService;
extern alias ScannerService;
extern alias SchedulerService;

using Fixity.Gateway.Routing;
using Fixity.Testing.Services;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.Gateway.Tests.Routing;

/// <summary>The real services, all of them, behind a real gateway: whole programs, over one database.</summary>
public sealed class RunningServices : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _running = [];

    public GatewayFixture Gateway { get; } = new();

    /// <summary>What each service answers to, by its name in the application model.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<RouteEndpoint>> Endpoints { get; private set; } = null!;

    public IReadOnlyDictionary<string, Uri> Addresses { get; private set; } = null!;

    public IReadOnlyList<RouteEndpoint> GatewayEndpoints { get; private set; } = null!;

    /// <summary>Of the gateway that has the services behind it.</summary>
    public Uri Address { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await Gateway.InitializeAsync();
        var endpoints = new Dictionary<string, IReadOnlyList<RouteEndpoint>>();
        var addresses = new Dictionary<string, Uri>();
        // Any public type will do: it says which assembly's program to run.
        Start<SchedulerService::Fixity.Scheduler.Targets.Target>(RouteTable.Scheduler);
        Start<ScannerService::Fixity.Scanner.Changes.AcceptedFile>(RouteTable.Scanner);
        Start<AlertService::Fixity.Alert.Webhooks.Webhook>(RouteTable.Alert);
        Start<QueryService::Program>(RouteTable.Query);
        (Endpoints, Addresses) = (endpoints, addresses);

        var gateway = Gateway.Start(
            null, addresses.ToDictionary(a => $"services:{a.Key}:http:0", a => (string?)a.Value.ToString()));
        Address = gateway.ClientOptions.BaseAddress;
        GatewayEndpoints = EndpointsOf(gateway.Services);

        void Start<TProgram>(string service)
            where TProgram : class
        {
            var settings = new Dictionary<string, string?> { ["Scheduler:AllowedRoots:0"] = "/" };
            var app = new ServiceApplication<TProgram>(Gateway.Database.ConnectionString, settings);
            _running.Add(app);
            app.UseKestrel(0);
            app.StartServer();
            endpoints.Add(service, EndpointsOf(app.Services));
            addresses.Add(service, app.ClientOptions.BaseAddress);
        }
    }

    public async Task DisposeAsync()
    {
        await Task.WhenAll(_running.Select(one => one.DisposeAsync().AsTask()));
        await Gateway.DisposeAsync();
    }

    private static RouteEndpoint[] EndpointsOf(IServiceProvider services) =>
        [.. services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];
}
