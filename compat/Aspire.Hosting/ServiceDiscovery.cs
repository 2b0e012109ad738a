using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Can be found by name: its endpoints become variables of who references it.</summary>
public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;

/// <summary>Has files that another resource's image can take in.</summary>
public interface IResourceWithContainerFiles : IResource;

/// <summary>What the build writes down about a project that the AppHost references.</summary>
public interface IProjectMetadata : IResourceAnnotation
{
    string ProjectPath { get; }

    LaunchSettings? LaunchSettings => null;

    bool SuppressBuild => false;
}
