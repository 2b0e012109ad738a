using System.Diagnostics;
using System.Globalization;
using Fixity.ServiceDefaults.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Fixity.Gateway.Edge;

/// <summary>Ends the gateway so that nobody notices: not ready at once, what runs may end, what comes is sent elsewhere.</summary>
/// <remarks>
/// The port stays open until then, so that whoever still comes here is told to come back and not met by a closed door.
/// </remarks>
internal sealed class Drain : IHostedLifecycleService, IHealthCheck, IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    private readonly GatewayOptions _options;
    private readonly ILogger<Drain> _logger;
    private readonly CancellationTokenSource _begun = new();
    private readonly CancellationTokenSource _over = new();
    private readonly CancellationTokenRegistration _stopping;

    private int _running;

    public Drain(IOptions<GatewayOptions> options, IHostApplicationLifetime lifetime, ILogger<Drain> logger)
    {
        _options = options.Value;
        _logger = logger;
        // A signal is heard before the host begins to stop its services.
        _stopping = lifetime.ApplicationStopping.Register(_begun.Cancel);
    }

    /// <summary>Set as soon as the gateway is to stop.</summary>
    public CancellationToken Begun => _begun.Token;

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.IsProbe())
        {
            await next(context);
            return;
        }

        Interlocked.Increment(ref _running);
        try
        {
            // After it was counted: else one could slip in between the last look and the end.
            if (_begun.IsCancellationRequested)
            {
                context.Response.Headers.Connection = "close";
                context.Response.Headers.RetryAfter =
                    EdgeProblems.Seconds(EdgeProblems.RetryLater).ToString(CultureInfo.InvariantCulture);
                await EdgeProblems.Draining().ExecuteAsync(context);
                return;
            }

            await using var cut = _over.Token.Register(static request => ((HttpContext)request!).Abort(), context);
            await next(context);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    /// <summary>For what would never end by itself: the client comes back, and to another instance.</summary>
    public async Task EndStreamsAsync(HttpContext context, RequestDelegate next)
    {
        if (CostMetadata.Of(context.GetEndpoint()) != RequestCost.Stream)
        {
            await next(context);
            return;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, Begun);
        context.RequestAborted = end.Token;
        await next(context);
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _begun.CancelAsync();
        var since = Stopwatch.StartNew();
        while (!cancellationToken.IsCancellationRequested
            && (since.Elapsed < _options.DrainAtLeast
                || (since.Elapsed < _options.DrainAtMost && Volatile.Read(ref _running) > 0)))
        {
            await Task.Delay(LookEvery, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (Volatile.Read(ref _running) is > 0 and var left)
        {
            _logger.DrainedTooSoon(left, since.Elapsed);
            // The server would wait for them on its own, longer than was said.
            await _over.CancelAsync();
        }
    }

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_begun.IsCancellationRequested
            ? HealthCheckResult.Unhealthy("The gateway is stopping.")
            : HealthCheckResult.Healthy());

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _stopping.Dispose();
        _begun.Dispose();
        _over.Dispose();
    }
}
