using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Run;

/// <summary>Starts the model in the order of its waits, carries out commands, stops it the other way round.</summary>
internal sealed class ApplicationRunner(
    RunContext run,
    IHostApplicationLifetime host,
    DistributedApplicationOptions options,
    ILoggerFactory loggers) : IHostedService, IResourceCommandExecutor, IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _laid = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IReadOnlyList<ReplicaProxy> _proxies = [];
    private DashboardHost? _dashboard;
    private Task _start = Task.CompletedTask;
    private bool _isDisposed;

    /// <summary>All instances are there, with their ports; none needs to have started.</summary>
    public Task Laid => _laid.Task;

    private IEnumerable<ResourceInstance> All => run.Instances.Values.SelectMany(instances => instances);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Not awaited here: Ctrl+C while a dashboard is being fetched must find a host that has started.
        _start = StartAllAsync(_stop.Token);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        try
        {
            await StopAllAsync().WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The guard ends what is left, two seconds after us.
            _isDisposed = true;
            run.Report.Say("AppHost", "gives up", "Not everything stopped in time; what is left is killed.");
        }
    }

    public async Task<(bool Ok, string? Message)> ExecuteAsync(
        string resourceName, string command, CancellationToken cancellation)
    {
        if (_stop.IsCancellationRequested)
        {
            return (false, "The application is stopping.");
        }

        if (All.FirstOrDefault(each => each.Name == resourceName) is not { } instance)
        {
            return (false, $"There is no resource '{resourceName}'.");
        }

        switch (command)
        {
            case "start":
                return await instance.StartAsync(cancellation)
                    ? (true, null)
                    : (false, $"'{resourceName}' has started already.");

            case "stop":
                return await instance.StopAsync(cancellation)
                    ? (true, null)
                    : (false, $"'{resourceName}' is not running.");

            case "restart":
                await instance.StopAsync(cancellation);
                await instance.StartAsync(cancellation);
                return (true, null);

            default:
                return (false, $"There is no command '{command}'.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The container knows us as two services, and disposes of each.
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await _stop.CancelAsync();
        await _start;
        foreach (var instance in All)
        {
            await instance.DisposeAsync();
        }

        foreach (var proxy in _proxies)
        {
            await proxy.DisposeAsync();
        }

        if (_dashboard is not null)
        {
            await _dashboard.DisposeAsync();
        }

        _stop.Dispose();
    }

    private async Task StopAllAsync()
    {
        await _start;
        await Task.WhenAll(new StopOrder(run).StopAll());
        if (_dashboard is not null)
        {
            await _dashboard.StopAsync();
        }

        foreach (var proxy in _proxies)
        {
            await proxy.DisposeAsync();
        }

        _proxies = [];
    }

    private async Task StartAllAsync(CancellationToken cancellation)
    {
        await Task.Yield();
        try
        {
            await run.Eventing.PublishAsync(new BeforeStartEvent(run.Services, run.Model), cancellation);
            InstanceFactory.CreateAll(run);
            _proxies = EndpointAllocation.Allocate(run);
            foreach (var instance in All)
            {
                instance.Announce(WillStart(instance));
            }

            _laid.SetResult();
            await StartDashboardAsync(cancellation);
            foreach (var instance in All.Where(WillStart))
            {
                cancellation.ThrowIfCancellationRequested();
                await instance.StartAsync(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Stopped while starting: StopAsync ends what there is.
        }
#pragma warning disable CA1031 // Without a start there is nothing to run: it is said, and the process ends with 1.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _laid.TrySetException(failure);
            run.Report.Say("AppHost", "cannot start", failure.Message);
            Environment.ExitCode = 1;
            host.StopApplication();
        }
    }

    private async Task StartDashboardAsync(CancellationToken cancellation)
    {
        if (options.DisableDashboard)
        {
            return;
        }

        _dashboard = new DashboardHost(
            run.Environment.ApplicationName, run.Store, run.Logs, this, run.Configuration,
            loggers.CreateLogger("Aspire.Hosting.Dashboard"));
        run.Dashboard = await _dashboard.StartAsync(cancellation);
        if (run.Dashboard is { } dashboard)
        {
            run.Report.Say("dashboard", "ready", dashboard.LoginUrl);
        }
    }

    private static bool WillStart(ResourceInstance instance) =>
        !instance.Resource.Annotations.OfType<ExplicitStartupAnnotation>().Any();
}
