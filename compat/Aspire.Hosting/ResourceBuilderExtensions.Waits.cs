using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>What starts after what.</summary>
public static partial class ResourceBuilderExtensions
{
    /// <summary>Starts when the dependency runs and is healthy.</summary>
    public static IResourceBuilder<T> WaitFor<T>(
        this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => builder.Wait(dependency, WaitType.WaitUntilHealthy, null);

    public static IResourceBuilder<T> WaitFor<T>(
        this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, WaitBehavior waitBehavior)
        where T : IResourceWithWaitSupport => builder.Wait(dependency, WaitType.WaitUntilHealthy, waitBehavior);

    /// <summary>Starts when the dependency runs.</summary>
    public static IResourceBuilder<T> WaitForStart<T>(
        this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => builder.Wait(dependency, WaitType.WaitUntilStarted, null);

    public static IResourceBuilder<T> WaitForStart<T>(
        this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, WaitBehavior waitBehavior)
        where T : IResourceWithWaitSupport => builder.Wait(dependency, WaitType.WaitUntilStarted, waitBehavior);

    /// <summary>Starts when the dependency has ended with <paramref name="exitCode"/>; else fails.</summary>
    public static IResourceBuilder<T> WaitForCompletion<T>(
        this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, int exitCode = 0)
        where T : IResourceWithWaitSupport
    {
        ThrowIfOwn(builder.Resource, dependency.Resource);
        builder.WithRelationship(dependency.Resource, "WaitFor");
        return builder.WithAnnotation(new WaitAnnotation(dependency.Resource, WaitType.WaitForCompletion, exitCode));
    }

    public static IResourceBuilder<T> OnResourceReady<T>(
        this IResourceBuilder<T> builder, Func<T, ResourceReadyEvent, CancellationToken, Task> callback)
        where T : IResource
    {
        var resource = builder.Resource;
        builder.ApplicationBuilder.Eventing.Subscribe<ResourceReadyEvent>(
            resource, (ready, cancellation) => callback(resource, ready, cancellation));
        return builder;
    }

    private static IResourceBuilder<T> Wait<T>(
        this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, WaitType type, WaitBehavior? behavior)
        where T : IResourceWithWaitSupport
    {
        ThrowIfOwn(builder.Resource, dependency.Resource);

        // A child is no more there than its parent is.
        if (dependency.Resource is IResourceWithParent child)
        {
            builder.Wait(builder.ApplicationBuilder.CreateResourceBuilder(child.Parent), type, behavior);
        }

        builder.WithRelationship(dependency.Resource, "WaitFor");
        return builder.WithAnnotation(new WaitAnnotation(dependency.Resource, type) { WaitBehavior = behavior });
    }

    private static void ThrowIfOwn(IResource resource, IResource dependency)
    {
        if (resource == dependency)
        {
            throw new DistributedApplicationException($"The '{resource.Name}' resource cannot wait for itself.");
        }

        if (resource is IResourceWithParent child && child.Parent == dependency)
        {
            throw new DistributedApplicationException(
                $"The '{resource.Name}' resource cannot wait for its parent '{dependency.Name}'.");
        }
    }
}
