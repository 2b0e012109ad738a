using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Run;

/// <summary>A parameter or a connection string: nothing runs, but it has a value, or has none.</summary>
internal sealed class ValueInstance(RunContext run, IResource resource) : ResourceInstance(run, resource, null)
{
    protected override bool CanBeCommanded => false;

    protected override async Task<int> ExecuteAsync(CancellationToken cancellation)
    {
        try
        {
            var value = await ((IValueProvider)Resource).GetValueAsync(cancellation);
            Run.Store.Update(Name, snapshot => InstanceSnapshots.WithProperties(
                snapshot with { StartedAt = Run.Clock.GetUtcNow() }, [Describe(value)]));
        }
        catch (MissingParameterValueException missing)
        {
            Run.Report.Say(Label, "has no value", missing.Message);
            Become(new InstanceStatus(ResourceState.ValueMissing));
            await Task.Delay(Timeout.Infinite, cancellation);
        }

        Become(new InstanceStatus(ResourceState.Running, IsReady: true));
        await Task.Delay(Timeout.Infinite, cancellation);
        return 0;
    }

    private ResourceProperty Describe(string? value) => Resource is IResourceWithConnectionString
        ? new ResourceProperty(ResourceProperties.ConnectionString, value, IsSensitive: true)
        : new ResourceProperty(ResourceProperties.ParameterValue, value, EnvironmentResolver.IsSecret(Resource));
}
