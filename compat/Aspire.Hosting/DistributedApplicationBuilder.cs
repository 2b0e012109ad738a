using System.Collections.ObjectModel;
using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Run;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <summary>Collects the model, and what its runner needs, from one AppHost process.</summary>
internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    // StopOrder's head start of 1 s, the 8 s that each process has, and 4 s for the database, which comes last. What is
    // left then has 2 s more, by the guard: 15 s in all.
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(13);

    private static readonly Dictionary<string, string> Switches = new()
    {
        ["--operation"] = "AppHost:Operation",
        ["--step"] = "Pipeline:Step",
        ["--output-path"] = "Pipeline:OutputPath",
        ["--log-level"] = "Logging:LogLevel:Default",
        ["--dcp-dashboard-path"] = "DcpPublisher:DashboardPath",
    };

    private readonly HostApplicationBuilder _host;
    private readonly ResourceCollection _resources = [];

    public DistributedApplicationBuilder(DistributedApplicationOptions options)
    {
        AppHostAssembly = options.Assembly;
        AppHostDirectory = Path.GetFullPath(options.ProjectDirectory
            ?? Path.GetDirectoryName(BuildMetadata.Read(AppHostAssembly, "apphostprojectpath"))
            ?? Directory.GetCurrentDirectory());

        // No watching of appsettings.json: a model is not built twice.
        var settings = new ConfigurationManager();
        settings.AddInMemoryCollection([new("hostBuilder:reloadConfigOnChange", "false")]);
        _host = new HostApplicationBuilder(new HostApplicationBuilderSettings
        {
            Configuration = settings,
            ContentRootPath = AppHostDirectory,
            ApplicationName = BuildMetadata.Read(AppHostAssembly, "apphostprojectname"),
        });
        _host.Configuration.AddCommandLine(options.Args ?? [], Switches);

        ExecutionContext = new DistributedApplicationExecutionContext(
            StringComparer.OrdinalIgnoreCase.Equals(_host.Configuration["AppHost:Operation"], "publish")
                ? DistributedApplicationOperation.Publish
                : DistributedApplicationOperation.Run);

        // Framework chatter drowns what the AppHost has to say, which has lines of its own.
        _host.Logging.AddFilter("Microsoft", LogLevel.Warning);
        _host.Logging.AddFilter("System", LogLevel.Warning);
        _host.Services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        _host.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopWithin);
        _host.Services.AddSingleton(options);
        _host.Services.AddSingleton(ExecutionContext);
        _host.Services.AddSingleton(Eventing);
        _host.Services.AddSingleton(_ => new DistributedApplicationModel(_resources));
        _host.Services.AddApplicationRunner(AppHostDirectory, AppHostAssembly);
    }

    public ConfigurationManager Configuration => _host.Configuration;

    public string AppHostDirectory { get; }

    public Assembly? AppHostAssembly { get; }

    public IHostEnvironment Environment => _host.Environment;

    public IServiceCollection Services => _host.Services;

    public DistributedApplicationExecutionContext ExecutionContext { get; }

    public IResourceCollection Resources => _resources;

    public IDistributedApplicationEventing Eventing { get; } = new DistributedApplicationEventing();

    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource
    {
        ArgumentNullException.ThrowIfNull(resource);

        if (_resources.FirstOrDefault(
            other => StringComparer.OrdinalIgnoreCase.Equals(other.Name, resource.Name)) is { } namesake)
        {
            throw new DistributedApplicationException(
                $"Cannot add resource of type '{resource.GetType()}' with name '{resource.Name}' because resource of " +
                $"type '{namesake.GetType()}' with that name already exists. Resource names are case-insensitive.");
        }

        _resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource =>
        new ResourceBuilder<T>(this, resource);

    public DistributedApplication Build() =>
        ExecutionContext.IsRunMode
            ? new DistributedApplication(_host.Build())
            : throw new DistributedApplicationException(
                "Publishing is part of a later release: this stand-in for Aspire.Hosting runs the application " +
                "(leave out --operation publish), and the Aspire packages publish it (build with -p:StandIns=false).");

    private sealed class ResourceCollection : Collection<IResource>, IResourceCollection;

    private sealed class ResourceBuilder<T>(IDistributedApplicationBuilder builder, T resource) : IResourceBuilder<T>
        where T : IResource
    {
        public IDistributedApplicationBuilder ApplicationBuilder { get; } = builder;

        public T Resource { get; } = resource;

        public IResourceBuilder<T> WithAnnotation<TAnnotation>(
            TAnnotation annotation, ResourceAnnotationMutationBehavior behavior)
            where TAnnotation : IResourceAnnotation
        {
            ArgumentNullException.ThrowIfNull(annotation);

            if (behavior == ResourceAnnotationMutationBehavior.Replace)
            {
                foreach (var old in Resource.Annotations.OfType<TAnnotation>().ToList())
                {
                    Resource.Annotations.Remove(old);
                }
            }

            Resource.Annotations.Add(annotation);
            return this;
        }
    }
}
