using System.Net;
using Aspire.Hosting.Run;
using Npgsql;

namespace Aspire.Hosting.Tests.Run;

/// <summary>Models that run, with real processes.</summary>
public sealed class ApplicationRunnerTests : IAsyncDisposable
{
    private readonly TestModel _model = new();
    private readonly HttpClient _client = new();

    public async ValueTask DisposeAsync()
    {
        await _model.DisposeAsync();
        _client.Dispose();
    }

    [Fact]
    public async Task What_waits_for_completion_starts_after_it_and_sees_what_it_did()
    {
        var mark = Path.Combine(_model.StateFolder, "mark");
        var first = Shell("first", $"sleep 0.3; echo done > {mark}");
        var second = Shell("second", $"cat {mark} && sleep 100").WaitForCompletion(first);

        await _model.StartAsync();

        await _model.WhenAsync(second.Resource, status => status.IsReady);
        Assert.Equal(new InstanceStatus(ResourceState.Finished, 0), await _model.WhenAsync(first.Resource, _ => true));
    }

    [Fact]
    public async Task What_waits_for_the_completion_of_one_that_fails_does_not_start()
    {
        var first = Shell("first", "exit 3");
        var second = Shell("second", "sleep 100").WaitForCompletion(first);

        await _model.StartAsync();

        var status = await _model.WhenAsync(second.Resource, status => status.HasEnded);
        Assert.Equal(ResourceState.FailedToStart, status.State);
        Assert.Contains(
            "Resource 'first' has entered the 'Exited' state with exit code '3', expected '0'.", _model.Report,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_waits_for_health_starts_only_when_it_is_there()
    {
        var service = Service("service");
        var order = new List<string>();
        _model.Builder.Eventing.Subscribe<ResourceReadyEvent>(service.Resource, (_, _) =>
        {
            order.Add("ready");
            return Task.CompletedTask;
        });
        var second = Shell("second", "sleep 100").WaitFor(service);
        second.OnResourceReady((_, _, _) =>
        {
            order.Add("second");
            return Task.CompletedTask;
        });

        await _model.StartAsync();
        await _model.WhenAsync(second.Resource, status => status.IsReady);

        Assert.Equal(["ready", "second"], order);
    }

    [Fact]
    public async Task What_starts_explicitly_waits_to_be_asked()
    {
        var idle = Shell("idle", "sleep 100").WithExplicitStart();
        var other = Shell("other", "sleep 100");
        await _model.StartAsync();
        await _model.WhenAsync(other.Resource, status => status.IsReady);
        var instance = await _model.InstanceAsync(idle.Resource);
        Assert.Equal(ResourceState.NotStarted, instance.Status.State);

        var (ok, _) = await _model.Runner.ExecuteAsync(instance.Name, "start", CancellationToken.None);

        Assert.True(ok);
        await _model.WhenAsync(idle.Resource, status => status.IsReady);
    }

    [Fact]
    public async Task A_killed_service_is_shown_the_other_replica_serves_and_a_start_heals_it()
    {
        var service = Service("service").WithReplicas(2);
        await _model.StartAsync();
        await _model.WhenAsync(service.Resource, status => status.IsReady, replica: 0);
        await _model.WhenAsync(service.Resource, status => status.IsReady, replica: 1);
        var url = service.GetEndpoint("http").Url;
        var victim = await _model.InstanceAsync(service.Resource, 0);

        ProcessGroups.KillAll(PidOf(victim));
        var dead = await _model.WhenAsync(service.Resource, status => status.HasEnded, replica: 0);

        Assert.Equal(new InstanceStatus(ResourceState.Exited, 137), dead);
        Assert.Equal(137, _model.Run.Store.Find(victim.Name)!.ExitCode);
        var survivor = await _model.InstanceAsync(service.Resource, 1);
        for (var request = 0; request < 4; request++)
        {
            using var fresh = new HttpClient();
            Assert.Equal($"service.instance.id={survivor.Suffix}", await fresh.GetStringAsync(new Uri(url)));
        }

        var (ok, _) = await _model.Runner.ExecuteAsync(victim.Name, "start", CancellationToken.None);

        Assert.True(ok);
        await _model.WhenAsync(service.Resource, status => status.IsReady, replica: 0);
        Assert.Null(_model.Run.Store.Find(victim.Name)!.ExitCode);
    }

    [Fact]
    public async Task Stop_and_restart_do_what_they_say()
    {
        var service = Service("service");
        await _model.StartAsync();
        await _model.WhenAsync(service.Resource, status => status.IsReady);
        var instance = await _model.InstanceAsync(service.Resource);
        var firstPid = PidOf(instance);

        var restarted = await _model.Runner.ExecuteAsync(instance.Name, "restart", CancellationToken.None);
        await _model.WhenAsync(service.Resource, status => status.IsReady);

        Assert.True(restarted.Ok);
        Assert.NotEqual(firstPid, PidOf(instance));

        var stopped = await _model.Runner.ExecuteAsync(instance.Name, "stop", CancellationToken.None);
        Assert.True(stopped.Ok);
        Assert.Equal(ResourceState.Exited, instance.Status.State);
        Assert.False((await _model.Runner.ExecuteAsync(instance.Name, "stop", CancellationToken.None)).Ok);
        Assert.False((await _model.Runner.ExecuteAsync("no-such", "start", CancellationToken.None)).Ok);
        Assert.Equal(
            [("start", true), ("stop", false), ("restart", false)],
            _model.Run.Store.Find(instance.Name)!.Commands.Select(command => (command.Name, command.Enabled)));
    }

    [Fact]
    public async Task A_service_that_says_it_is_ill_is_shown_as_unhealthy_while_it_runs()
    {
        var service = Service("service");
        await _model.StartAsync();
        await _model.WhenAsync(service.Resource, status => status.IsReady);
        var instance = await _model.InstanceAsync(service.Resource);

        using var answer = await _client.PostAsync(new Uri($"{service.GetEndpoint("http").Url}/health/false"), null);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var ill = await _model.WhenAsync(service.Resource, status => !status.IsReady);

        Assert.Equal(ResourceState.Running, ill.State);
        var report = Assert.Single(_model.Run.Store.Find(instance.Name)!.HealthReports);
        Assert.False(report.Healthy);
        Assert.Contains("503", report.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fixed_port_answers_through_every_restart_of_the_service_behind_it()
    {
        var port = new PortAllocator().Next();
        var service = _model.Builder.AddProject<Projects.Aspire_Hosting_TestApp>("service")
            .WithHttpEndpoint(port: port)
            .WithHttpHealthCheck("/readyz");
        await _model.StartAsync();
        await _model.WhenAsync(service.Resource, status => status.IsReady);

        Assert.Equal($"http://localhost:{port}", service.GetEndpoint("http").Url);
        using var answer = await _client.GetAsync(new Uri($"http://localhost:{port}/readyz"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_command_that_is_not_there_fails_to_start_and_the_others_go_on()
    {
        var broken = _model.Builder.AddExecutable("broken", "no-such-command", ".");
        var sound = Shell("sound", "sleep 100");

        await _model.StartAsync();

        await _model.WhenAsync(broken.Resource, status => status.State == ResourceState.FailedToStart);
        await _model.WhenAsync(sound.Resource, status => status.IsReady);
    }

    [Fact]
    public async Task What_a_resource_prints_is_kept_for_the_dashboard_and_on_disk()
    {
        var shell = Shell("shell", "printf '\\033[32mgreen\\033[0m\\n'");
        await _model.StartAsync();
        await _model.WhenAsync(shell.Resource, status => status.HasEnded);
        var instance = await _model.InstanceAsync(shell.Resource);
        await _model.StopAsync();

        var kept = new List<string>();
        await foreach (var batch in _model.Run.Logs.ReadAsync(instance.Name, follow: false, CancellationToken.None))
        {
            kept.AddRange(batch.Select(line => line.Text));
        }

        Assert.Equal(["\e[32mgreen\e[0m"], kept);
        var file = await File.ReadAllTextAsync(Path.Combine(_model.StateFolder, "logs", "shell.log"));
        Assert.EndsWith("Z green\n", file, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_is_created_on_a_server_of_ours_and_is_there_again_after_a_restart()
    {
        var database = _model.Builder.AddPostgres("postgres").AddDatabase("db", "Its \"own\" name");
        await _model.StartAsync();
        await _model.WhenAsync(database.Resource, status => status.IsReady);
        var server = await _model.InstanceAsync(database.Resource.Parent);
        var before = await database.Resource.ConnectionStringExpression.GetValueAsync();
        await ExecuteAsync(before!, "create table kept (id int)");

        await _model.Runner.ExecuteAsync(server.Name, "stop", CancellationToken.None);
        await _model.WhenAsync(database.Resource, status => status.State == ResourceState.Waiting);
        await _model.Runner.ExecuteAsync(server.Name, "start", CancellationToken.None);
        await _model.WhenAsync(database.Resource, status => status.IsReady);

        Assert.Equal(before, await database.Resource.ConnectionStringExpression.GetValueAsync());
        await ExecuteAsync(before!, "insert into kept values (1)");
    }

    [Fact]
    public async Task What_takes_seconds_to_end_has_them_and_one_that_waits_for_what_it_depends_on_ends_too()
    {
        var mark = Path.Combine(_model.StateFolder, "mark");
        var database = Trapping("database", $"test -f {mark}; exit $?");
        var service = Trapping("service", $"sleep 5; echo done > {mark}; exit 0").WaitForStart(database);
        // As a gateway does that carries an event stream of the service.
        var gateway = Trapping("gateway", $"while ! test -f {mark}; do sleep 0.1; done; exit 0").WaitForStart(service);
        await _model.StartAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (Directory.GetFiles(_model.StateFolder, "*.trapped").Length < 3)
        {
            await Task.Delay(20, patience.Token);
        }

        await _model.StopAsync();

        foreach (var shell in new[] { gateway, service, database })
        {
            var ended = (await _model.InstanceAsync(shell.Resource)).Status;
            Assert.True(ended == new InstanceStatus(ResourceState.Exited, 0), $"{shell.Resource.Name}: {ended}");
        }
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Does this when it is asked to end, and says by a file that it would.</summary>
    private IResourceBuilder<ExecutableResource> Trapping(string name, string then)
    {
        var ready = Path.Combine(_model.StateFolder, $"{name}.trapped");
        return Shell(name, $"trap '{then}' TERM; echo > {ready}; while :; do sleep 0.1; done");
    }

    private IResourceBuilder<ExecutableResource> Shell(string name, string script) =>
        _model.Builder.AddExecutable(name, "sh", ".", "-c", script);

    private IResourceBuilder<ProjectResource> Service(string name) =>
        _model.Builder.AddProject<Projects.Aspire_Hosting_TestApp>(name)
            .WithHttpEndpoint()
            .WithHttpHealthCheck("/readyz");

    private int PidOf(ResourceInstance instance) => (int)_model.Run.Store.Find(instance.Name)!.Properties
        .Single(property => property.Name == ResourceProperties.ExecutableProcessId).Value!;
}
