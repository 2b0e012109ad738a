using Aspire.Hosting.Run;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Tests;

/// <summary>An application model with a state folder of its own, and the means to look at it while it runs.</summary>
internal sealed class TestModel : IAsyncDisposable
{
    private readonly StringWriter _report = new();
    private readonly TextWriter _reportOfAll;
    private readonly List<ReplicaProxy> _proxies = [];
    private DistributedApplication? _application;

    public TestModel(params string[] args)
    {
        StateFolder = Directory.CreateTempSubdirectory("aspire-tests-").FullName;
        Builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
        {
            Args = [$"--FIXITY_HOME={StateFolder}", .. args],
            AssemblyName = typeof(TestModel).Assembly.GetName().Name,
            DisableDashboard = true,
        });
        _reportOfAll = TextWriter.Synchronized(_report);
        Builder.Services.AddSingleton(new RunReport(_reportOfAll, TimeProvider.System));
    }

    public string StateFolder { get; }

    public IDistributedApplicationBuilder Builder { get; }

    public string Report
    {
        get
        {
            lock (_reportOfAll)
            {
                return _report.ToString();
            }
        }
    }

    public RunContext Run => Application.Services.GetRequiredService<RunContext>();

    public ApplicationRunner Runner => Application.Services.GetRequiredService<ApplicationRunner>();

    private DistributedApplication Application => _application ??= Builder.Build();

    /// <summary>Decides on ports and suffixes, and starts nothing.</summary>
    public RunContext Lay()
    {
        InstanceFactory.CreateAll(Run);
        foreach (var proxy in EndpointAllocation.Allocate(Run))
        {
            _proxies.Add(proxy);
        }

        return Run;
    }

    public async Task<IReadOnlyDictionary<string, string?>> EnvironmentOfAsync(IResource resource)
    {
        var resolver = new EnvironmentResolver(Run, Run.Instances[resource][0]);
        var variables = await resolver.VariablesAsync(CancellationToken.None);
        return variables.ToDictionary(variable => variable.Name, variable => variable.Value);
    }

    public Task StartAsync() => Application.StartAsync();

    public Task StopAsync() => Application.StopAsync();

    public async Task<ResourceInstance> InstanceAsync(IResource resource, int replica = 0)
    {
        // The instances are made a moment after the start, on the runner's own time.
        await Runner.Laid.WaitAsync(TimeSpan.FromSeconds(30));
        return Run.Instances[resource][replica];
    }

    public async Task<InstanceStatus> WhenAsync(
        IResource resource, Func<InstanceStatus, bool> condition, int replica = 0)
    {
        var instance = await InstanceAsync(resource, replica);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await instance.WhenAsync(condition, limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_application is not null)
        {
            await _application.StopAsync();
            await _application.DisposeAsync();
        }

        foreach (var proxy in _proxies)
        {
            await proxy.DisposeAsync();
        }

        await _reportOfAll.DisposeAsync();
        await _report.DisposeAsync();
        Directory.Delete(StateFolder, recursive: true);
    }
}
