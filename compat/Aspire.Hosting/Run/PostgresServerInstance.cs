using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Run.Postgres;

namespace Aspire.Hosting.Run;

/// <summary>A PostgreSQL server of ours, wherever its programs were found.</summary>
internal sealed class PostgresServerInstance : ResourceInstance
{
    private readonly PostgresServerResource _server;
    private readonly LogFile _log;
    private int? _port;

    public PostgresServerInstance(RunContext run, PostgresServerResource server) : base(run, server, null)
    {
        _server = server;
        _log = new LogFile(LogPath, run.Clock);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _log.Dispose();
    }

    protected override async Task<int> ExecuteAsync(CancellationToken cancellation)
    {
        var variables = await new EnvironmentResolver(Run, this).VariablesAsync(cancellation);
        var userName = await _server.UserNameReference.GetValueAsync(cancellation);
        var password = await _server.PasswordParameter.GetValueAsync(cancellation);
        var endpoint = _server.PrimaryEndpoint.EndpointAnnotation;
        await using var running = await PostgresHost.StartAsync(
            new PostgresHostOptions(
                Resource.Name, Run.Folders.State, userName!, password!, _port ?? endpoint.Port, Hear),
            cancellation);

        // Services were told this one: a restart of the server must come back to it.
        _port = running.Port;
        Ports[endpoint.Name] = running.Port;
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, running.Host, running.Port);

        using var life = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var health = RunningAsync(
            [
                .. Resource.Annotations.OfType<HealthCheckAnnotation>().Select(check => HealthProbe.OfPostgres(
                    check.Key, _server.ConnectionStringExpression.GetValueAsync)),
            ],
            snapshot => InstanceSnapshots.WithProperties(
                snapshot with { Environment = variables, Urls = InstanceSnapshots.UrlsOf(this) },
                [
                    new ResourceProperty("source", running.Source, DisplayName: "Source"),
                    new ResourceProperty(ResourceProperties.ExecutableProcessId, running.Pid),
                ]),
            life.Token);

        await Task.WhenAny(running.Exited, Task.Delay(Timeout.Infinite, life.Token));
        if (!running.Exited.IsCompleted)
        {
            Become(new InstanceStatus(ResourceState.Stopping));
            await running.StopAsync();
        }

        await life.CancelAsync();
        await health;
        return await running.Exited;
    }

    private void Hear(string line, bool isStdErr)
    {
        Run.Logs.Append(Name, line, isStdErr);
        _log.Append(line);
    }
}
