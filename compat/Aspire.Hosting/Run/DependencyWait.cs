using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Run;

/// <summary>Holds an instance back until what the model says it waits for has come about.</summary>
internal static class DependencyWait
{
    public static IReadOnlyList<WaitAnnotation> Of(IResource resource)
    {
        // A database can only be created where its server answers, whatever the model says.
        IEnumerable<WaitAnnotation> parents = resource is PostgresDatabaseResource database
            ? [new WaitAnnotation(database.Parent, WaitType.WaitUntilHealthy)]
            : [];
        return [.. resource.Annotations.OfType<WaitAnnotation>().Concat(parents)];
    }

    /// <exception cref="DistributedApplicationException">It will not come about.</exception>
    public static async Task UntilAllAsync(
        RunContext run, IReadOnlyList<WaitAnnotation> waits, CancellationToken cancellation)
    {
        using var others = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var pending = waits
            .SelectMany(
                wait => run.Instances[wait.Resource],
                (wait, instance) => OneAsync(wait, instance, others.Token))
            .ToList();

        try
        {
            // The first that fails decides: the others may never come.
            while (pending.Count > 0)
            {
                var done = await Task.WhenAny(pending);
                pending.Remove(done);
                await done;
            }
        }
        finally
        {
            await others.CancelAsync();
        }
    }

    private static async Task OneAsync(WaitAnnotation wait, ResourceInstance instance, CancellationToken cancellation)
    {
        var stopsWhenGone = wait.WaitBehavior == WaitBehavior.StopOnResourceUnavailable;
        var name = wait.Resource.Name;
        switch (wait.WaitType)
        {
            case WaitType.WaitUntilStarted:
                var started = await instance.WhenAsync(
                    status => status.State == ResourceState.Running || (stopsWhenGone && status.HasEnded),
                    cancellation);
                ThrowIf(started.State != ResourceState.Running, name, started);
                break;

            case WaitType.WaitUntilHealthy:
                var ready = await instance.WhenAsync(
                    status => status.IsReady || (stopsWhenGone && status.HasEnded), cancellation);
                ThrowIf(!ready.IsReady, name, ready);
                break;

            case WaitType.WaitForCompletion:
                var ended = await instance.WhenAsync(status => status.HasEnded, cancellation);
                ThrowIf(ended.State == ResourceState.FailedToStart, name, ended);
                if (ended.ExitCode != wait.ExitCode)
                {
                    throw new DistributedApplicationException(
                        $"Resource '{name}' has entered the '{ended.State}' state with exit code '{ended.ExitCode}', " +
                        $"expected '{wait.ExitCode}'.");
                }

                break;

            default:
                throw new InvalidOperationException($"Unknown wait type: {wait.WaitType}");
        }
    }

    private static void ThrowIf(bool isGone, string name, InstanceStatus status)
    {
        if (isGone)
        {
            throw new DistributedApplicationException(
                status.State == ResourceState.FailedToStart
                    ? $"Dependency resource '{name}' failed to start."
                    : $"Resource '{name}' has entered the '{status.State}' state prematurely.");
        }
    }
}
