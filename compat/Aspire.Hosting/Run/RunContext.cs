using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Run;

/// <summary>What all parts of one run share.</summary>
internal sealed class RunContext(
    IServiceProvider services,
    DistributedApplicationModel model,
    DistributedApplicationExecutionContext executionContext,
    IDistributedApplicationEventing eventing,
    IConfiguration configuration,
    IHostEnvironment environment,
    ResourceStore store,
    LogStore logs,
    RunReport report,
    TimeProvider clock,
    RunFolders folders,
    Assembly? appHostAssembly)
{
    public IServiceProvider Services { get; } = services;

    public DistributedApplicationModel Model { get; } = model;

    public DistributedApplicationExecutionContext ExecutionContext { get; } = executionContext;

    public IDistributedApplicationEventing Eventing { get; } = eventing;

    public IConfiguration Configuration { get; } = configuration;

    public IHostEnvironment Environment { get; } = environment;

    public ResourceStore Store { get; } = store;

    public LogStore Logs { get; } = logs;

    public RunReport Report { get; } = report;

    public TimeProvider Clock { get; } = clock;

    public RunFolders Folders { get; } = folders;

    public Assembly? AppHostAssembly { get; } = appHostAssembly;

    public PortAllocator Ports { get; } = new();

    /// <summary>Null: there is no dashboard.</summary>
    public DashboardInfo? Dashboard { get; set; }

    /// <summary>The running parts of each resource of the model; filled before the first of them starts.</summary>
    public Dictionary<IResource, IReadOnlyList<ResourceInstance>> Instances { get; } = [];
}

/// <summary>Where the run finds its AppHost and keeps its files.</summary>
internal sealed class RunFolders(IConfiguration configuration, string appHostDirectory)
{
    public string State { get; } = StateFolder.Resolve(configuration, appHostDirectory);

    public string Logs => StateFolder.Private(Path.Combine(State, "logs"));
}
