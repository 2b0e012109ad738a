using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Run;

/// <summary>An HTTP health check, asked of each instance on the port that it listens on itself.</summary>
internal sealed record HttpHealthCheckAnnotation(string Key, string EndpointName, string Path, int StatusCode)
    : IResourceAnnotation;

/// <summary>What the model wants changed in the link that an endpoint gets.</summary>
internal sealed record EndpointUrlAnnotation(string EndpointName, Action<ResourceUrlAnnotation> Change)
    : IResourceAnnotation;

/// <summary>The launch profile that a project runs with, and its name.</summary>
internal sealed record LaunchProfileAnnotation(string Name, LaunchProfile Profile) : IResourceAnnotation;

/// <summary>npm packages that have to be there before the resource can start.</summary>
internal sealed record NodePackagesAnnotation(string Folder) : IResourceAnnotation;
