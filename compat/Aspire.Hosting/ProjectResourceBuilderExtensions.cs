using System.Globalization;
using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Run;

namespace Aspire.Hosting;

public class ProjectResourceOptions
{
    public string? LaunchProfileName { get; set; }

    public bool ExcludeLaunchProfile { get; set; }
}

public static class ProjectResourceBuilderExtensions
{
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(
        this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new() =>
        builder.AddProject(name, new TProject(), new ProjectResourceOptions());

    public static IResourceBuilder<ProjectResource> AddProject<TProject>(
        this IDistributedApplicationBuilder builder, string name, string? launchProfileName)
        where TProject : IProjectMetadata, new() => builder.AddProject(name, new TProject(), new ProjectResourceOptions
        {
            LaunchProfileName = launchProfileName,
            ExcludeLaunchProfile = launchProfileName is null,
        });

    public static IResourceBuilder<ProjectResource> AddProject<TProject>(
        this IDistributedApplicationBuilder builder, string name, Action<ProjectResourceOptions> configure)
        where TProject : IProjectMetadata, new()
    {
        var options = new ProjectResourceOptions();
        configure(options);
        return builder.AddProject(name, new TProject(), options);
    }

    /// <summary>Runs several of it; with an endpoint, behind one port.</summary>
    public static IResourceBuilder<ProjectResource> WithReplicas(
        this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(replicas);
        return builder.WithAnnotation(new ReplicaAnnotation(replicas), ResourceAnnotationMutationBehavior.Replace);
    }

    private static IResourceBuilder<ProjectResource> AddProject(
        this IDistributedApplicationBuilder builder,
        string name,
        IProjectMetadata metadata,
        ProjectResourceOptions options)
    {
        var project = builder.AddResource(new ProjectResource(name))
            .WithAnnotation(metadata)
            .WithAnnotation(new OtlpExporterAnnotation());
        if (!options.ExcludeLaunchProfile && ProfileOf(builder, name, metadata, options) is { } profile)
        {
            project.WithAnnotation(profile);
            AddEndpoints(project, profile.Profile);
        }

        return project;
    }

    // As in the packages: the one that is named, the one named like the AppHost's own, the first that runs the project.
    private static LaunchProfileAnnotation? ProfileOf(
        IDistributedApplicationBuilder builder, string name, IProjectMetadata metadata, ProjectResourceOptions options)
    {
        var profiles = (metadata.LaunchSettings ?? LaunchSettings.Read(metadata.ProjectPath))?.Profiles ?? [];
        if (options.LaunchProfileName is { } wanted)
        {
            return profiles.TryGetValue(wanted, out var found)
                ? new LaunchProfileAnnotation(wanted, found)
                : throw new DistributedApplicationException(
                    $"Launch settings file for '{name}' does not contain a profile named '{wanted}'.");
        }

        if (builder.Configuration["DOTNET_LAUNCH_PROFILE"] is { } own && profiles.TryGetValue(own, out var same))
        {
            return new LaunchProfileAnnotation(own, same);
        }

        return profiles
            .Where(profile => StringComparer.OrdinalIgnoreCase.Equals(profile.Value.CommandName, "Project"))
            .Select(profile => new LaunchProfileAnnotation(profile.Key, profile.Value))
            .FirstOrDefault();
    }

    private static void AddEndpoints(IResourceBuilder<ProjectResource> project, LaunchProfile profile)
    {
        var schemes = new Dictionary<string, int>();
        foreach (var url in (profile.ApplicationUrl ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var address = new Uri(url.Replace("*", "localhost", StringComparison.Ordinal));
            var count = schemes[address.Scheme] = schemes.GetValueOrDefault(address.Scheme) + 1;
            var name = count == 1
                ? address.Scheme
                : string.Create(CultureInfo.InvariantCulture, $"{address.Scheme}{count}");
            project.WithAnnotation(new EndpointAnnotation(ProtocolType.Tcp, address.Scheme, null, name, address.Port));
        }
    }
}
