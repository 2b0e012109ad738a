using System.Net;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Dashboard.Wire;
using Aspire.Hosting.Run;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aspire.Hosting.Tests.Dashboard;

public sealed class ResourceServiceTests : IAsyncLifetime, IDisposable
{
    private const string Key = "the-key";

    private readonly ResourceStore _resources = new();
    private readonly LogStore _logs = new(linesKept: 2_500);
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(30));
    private ResourceServiceHost? _host;
    private RecordingExecutor _executor = new();

    private CancellationToken Limit => _limit.Token;

    private string Address => _host!.Address;

    public async Task InitializeAsync() => await StartAsync(_executor);

    public async Task DisposeAsync() => await _host!.DisposeAsync();

    public void Dispose() => _limit.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("another-key")]
    public async Task A_call_without_the_right_key_ends_with_status_16(string? key)
    {
        using var client = new RawGrpcClient(Address, key);

        foreach (var rpc in new[] { "GetApplicationInformation", "WatchResources", "WatchInteractions", "Nothing" })
        {
            using var call = await client.CallAsync(rpc, new ApplicationInformationRequest(), Limit);

            Assert.Null(await call.NextAsync(ApplicationInformationResponse.Parser, Limit));
            Assert.Equal(HttpStatusCode.OK, call.Response.StatusCode);
            Assert.Equal("16", call.Status);
        }
    }

    [Fact]
    public async Task The_application_says_its_name()
    {
        using var client = new RawGrpcClient(Address, Key);

        using var call =
            await client.CallAsync("GetApplicationInformation", new ApplicationInformationRequest(), Limit);
        var answer = await call.NextAsync(ApplicationInformationResponse.Parser, Limit);

        Assert.Equal("Fixity", answer?.ApplicationName);
        Assert.Null(await call.NextAsync(ApplicationInformationResponse.Parser, Limit));
        Assert.Equal("0", call.Status);
        Assert.Equal("application/grpc", call.Response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Watching_gives_the_whole_at_first_even_if_empty_and_then_each_change()
    {
        using var client = new RawGrpcClient(Address, Key);
        using var call = await client.CallAsync("WatchResources", new WatchResourcesRequest(), Limit);

        var initial = await call.NextAsync(WatchResourcesUpdate.Parser, Limit);
        _resources.Publish(Snapshots.Scheduler);
        var upsert = await call.NextAsync(WatchResourcesUpdate.Parser, Limit);
        _resources.Remove(Snapshots.Scheduler.Name);
        var delete = await call.NextAsync(WatchResourcesUpdate.Parser, Limit);

        Assert.Equal(WatchResourcesUpdate.KindOneofCase.InitialData, initial?.KindCase);
        Assert.Empty(initial!.InitialData.Resources);
        Assert.Equal("scheduler-k3f9x2ab", Assert.Single(upsert!.Changes.Value).Upsert.Name);
        Assert.Equal(
            new ResourceDeletion { ResourceName = "scheduler-k3f9x2ab", ResourceType = "Project" },
            Assert.Single(delete!.Changes.Value).Delete);
    }

    [Fact]
    public async Task A_resource_carries_what_the_dashboard_cannot_do_without()
    {
        _resources.Publish(Snapshots.Scheduler with { ExitCode = 3 });
        using var client = new RawGrpcClient(Address, Key);
        using var call = await client.CallAsync("WatchResources", new WatchResourcesRequest(), Limit);

        var update = await call.NextAsync(WatchResourcesUpdate.Parser, Limit);
        var resource = Assert.Single(update!.InitialData.Resources);

        Assert.Equal(Snapshots.Noon, resource.CreatedAt.ToDateTimeOffset());
        Assert.Equal(Snapshots.Noon.AddSeconds(1), resource.StartedAt.ToDateTimeOffset());
        Assert.Null(resource.StoppedAt);
        Assert.Equal("Scheduler", Assert.Single(resource.Urls).DisplayProperties.DisplayName);
        var properties = resource.Properties.ToDictionary(property => property.Name, property => property.Value);
        Assert.Equal(Value.ForNumber(3), properties["resource.exitCode"]);
        Assert.Equal(Value.ForString("postgres-1"), properties["resource.parentName"]);
        Assert.Equal(Value.ForNumber(4711), properties["executable.pid"]);
        Assert.Equal(
            Value.ForList(Value.ForString("db"), Value.ForString("migrations")), properties["resource.waitingFor"]);
        Assert.Equal(
            [(true, HealthStatus.Healthy), (false, HealthStatus.Healthy)],
            resource.HealthReports.Select(report => (report.HasStatus, report.Status)));
        Assert.Equal(
            [CommandState.Hidden, CommandState.Enabled, CommandState.Disabled],
            resource.Commands.Select(command => command.State));
    }

    [Fact]
    public async Task A_secret_variable_does_not_leave_the_AppHost()
    {
        _resources.Publish(Snapshots.Scheduler);
        using var client = new RawGrpcClient(Address, Key);
        using var call = await client.CallAsync("WatchResources", new WatchResourcesRequest(), Limit);

        var update = await call.NextAsync(WatchResourcesUpdate.Parser, Limit);

        Assert.DoesNotContain("hidden", update!.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            ["http://localhost:5100", ResourceMessages.SecretText],
            Assert.Single(update.InitialData.Resources).Environment.Select(variable => variable.Value));
    }

    [Fact]
    public async Task Console_logs_come_from_the_ring_and_end_there_without_follow()
    {
        for (var line = 1; line <= 3_000; line++)
        {
            _logs.Append("scheduler-k3f9x2ab", $"line {line}", isStdErr: line == 3_000);
        }

        using var client = new RawGrpcClient(Address, Key);
        var request =
            new WatchResourceConsoleLogsRequest { ResourceName = "scheduler-k3f9x2ab", SuppressFollow = true };
        using var call = await client.CallAsync("WatchResourceConsoleLogs", request, Limit);
        List<ConsoleLogLine> lines = [];
        while (await call.NextAsync(WatchResourceConsoleLogsUpdate.Parser, Limit) is { } update)
        {
            lines.AddRange(update.LogLines);
        }

        Assert.Equal("0", call.Status);
        Assert.Equal(Enumerable.Range(501, 2_500), lines.Select(line => line.LineNumber));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z line 501$", lines[0].Text);
        Assert.True(lines[^1].IsStdErr);
        Assert.False(lines[^2].IsStdErr);
    }

    [Fact]
    public async Task Console_logs_are_followed()
    {
        _logs.Append("alert", "before", isStdErr: false);
        using var client = new RawGrpcClient(Address, Key);
        var request = new WatchResourceConsoleLogsRequest { ResourceName = "alert" };
        using var call = await client.CallAsync("WatchResourceConsoleLogs", request, Limit);

        var backlog = await call.NextAsync(WatchResourceConsoleLogsUpdate.Parser, Limit);
        _logs.Append("scanner", "of another resource", isStdErr: false);
        _logs.Append("alert", "after", isStdErr: false);
        var followed = await call.NextAsync(WatchResourceConsoleLogsUpdate.Parser, Limit);

        Assert.EndsWith("Z before", Assert.Single(backlog!.LogLines).Text, StringComparison.Ordinal);
        Assert.EndsWith("Z after", Assert.Single(followed!.LogLines).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_reaches_the_runner_and_its_answer_the_dashboard()
    {
        _resources.Publish(Snapshots.Scheduler);

        var done = await ExecuteAsync("scheduler-k3f9x2ab");
        var unknown = await ExecuteAsync("nobody");
        await _host!.DisposeAsync();
        _executor = new RecordingExecutor(ok: false, "it would not stop");
        await StartAsync(_executor);
        var failed = await ExecuteAsync("scheduler-k3f9x2ab");

        Assert.Equal(ResourceCommandResponseKind.Succeeded, done.Kind);
        Assert.Equal(ResourceCommandResponseKind.InvalidArguments, unknown.Kind);
        Assert.Equal(ResourceCommandResponseKind.Failed, failed.Kind);
        Assert.Equal("it would not stop", failed.Message);
        Assert.Equal(("scheduler-k3f9x2ab", "stop"), Assert.Single(_executor.Asked));
    }

    [Fact]
    public async Task The_interactions_stream_stands_without_a_word_until_the_dashboard_ends_it()
    {
        using var client = new RawGrpcClient(Address, Key);
        var open = new TaskCompletionSource();
        using var call = await client.SendAsync("WatchInteractions", new HeldOpenContent(open.Task), Limit);

        var next = call.NextAsync(WatchInteractionsResponse.Parser, Limit);
        Assert.Equal(HttpStatusCode.OK, call.Response.StatusCode);
        await Task.WhenAny(next, Task.Delay(TimeSpan.FromMilliseconds(300)));
        Assert.False(next.IsCompleted);

        open.SetResult();
        Assert.Null(await next);
        Assert.Equal("0", call.Status);
    }

    [Fact]
    public async Task Streams_end_when_the_AppHost_stops()
    {
        using var client = new RawGrpcClient(Address, Key);
        using var call = await client.CallAsync("WatchResources", new WatchResourcesRequest(), Limit);
        await call.NextAsync(WatchResourcesUpdate.Parser, Limit);

        var stopping = _host!.DisposeAsync();
        Assert.Null(await call.NextAsync(WatchResourcesUpdate.Parser, Limit));
        await stopping;

        Assert.Equal("14", call.Status);
        await StartAsync(_executor);
    }

    [Fact]
    public async Task What_is_not_understood_is_refused_by_its_status()
    {
        using var client = new RawGrpcClient(Address, Key);
        var compressed = RawGrpcClient.Frame(new ApplicationInformationRequest());
        compressed[0] = 1;
        byte[] tooLong = [0, 0x7f, 0xff, 0xff, 0xff];
        byte[] cutShort = [0, 0, 0, 0, 9, 1];
        byte[] notProtobuf = [0, 0, 0, 0, 1, 0xff];

        Assert.Equal("12", await StatusOfAsync(client, "UploadFile", RawGrpcClient.Frame(new WatchResourcesRequest())));
        Assert.Equal("12", await StatusOfAsync(client, "GetApplicationInformation", compressed));
        Assert.Equal("8", await StatusOfAsync(client, "GetApplicationInformation", tooLong));
        Assert.Equal("13", await StatusOfAsync(client, "GetApplicationInformation", cutShort));
        Assert.Equal("13", await StatusOfAsync(client, "GetApplicationInformation", notProtobuf));
        Assert.Equal("3", await StatusOfAsync(client, "GetApplicationInformation", []));
    }

    private async Task<string?> StatusOfAsync(RawGrpcClient client, string rpc, byte[] body)
    {
        using var call = await client.SendAsync(rpc, new ByteArrayContent(body), Limit);
        Assert.Null(await call.NextAsync(ApplicationInformationResponse.Parser, Limit));
        return call.Status;
    }

    private async Task<ResourceCommandResponse> ExecuteAsync(string resourceName)
    {
        using var client = new RawGrpcClient(Address, Key);
        var request = new ResourceCommandRequest { CommandName = "stop", ResourceName = resourceName };
        using var call = await client.CallAsync("ExecuteResourceCommand", request, Limit);
        return (await call.NextAsync(ResourceCommandResponse.Parser, Limit))!;
    }

    private async Task StartAsync(RecordingExecutor executor) =>
        _host = await ResourceServiceHost.StartAsync(
            new ResourceService("Fixity", Key, _resources, _logs, executor, NullLogger.Instance), Limit);

    private sealed class HeldOpenContent(Task end) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync();
            await end;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
