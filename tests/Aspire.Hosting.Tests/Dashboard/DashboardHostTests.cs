using System.Net;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Run;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace Aspire.Hosting.Tests.Dashboard;

/// <summary>The real dashboard, as fetched from the registry, against our service.</summary>
public sealed class DashboardHostTests : IDisposable
{
    private readonly ResourceStore _resources = new();
    private readonly LogStore _logs = new();
    private readonly RecordingLogger _logger = new();
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(4));

    public void Dispose() => _limit.Dispose();

    [FactWith(Parts.Npm)]
    public async Task The_real_dashboard_starts_signs_in_and_takes_telemetry()
    {
        _resources.Publish(Snapshots.Scheduler);
        await using var host = Host(new() { ["Fixity:DashboardPort"] = "0" });

        var info = await host.StartAsync(_limit.Token);

        Assert.True(info is not null, string.Join('\n', _logger.Lines));
        using var cookies = new HttpClientHandler();
        using var browser = new HttpClient(cookies);
        var stranger = await browser.GetAsync(new Uri(info.FrontendUrl), _limit.Token);
        Assert.Equal("/login", stranger.RequestMessage?.RequestUri?.AbsolutePath);
        var page = await browser.GetStringAsync(new Uri(info.LoginUrl), _limit.Token);
        Assert.Contains("blazor", page, StringComparison.OrdinalIgnoreCase);

        Assert.Equal(HttpStatusCode.Unauthorized, await TelemetryAsync(info, "wrong"));
        Assert.Equal(HttpStatusCode.OK, await TelemetryAsync(info, info.ApiKey));
        Assert.Equal("16", await OtlpStatusAsync(info, "wrong"));
        Assert.Equal("0", await OtlpStatusAsync(info, info.OtlpApiKey));

        await host.StopAsync();
        await Assert.ThrowsAsync<HttpRequestException>(
            () => browser.GetAsync(new Uri(info.FrontendUrl), _limit.Token));
        Assert.DoesNotContain(_logger.Lines, line => line.Contains("ended with", StringComparison.Ordinal));
    }

    /// <summary>The dashboard calls the service only once a browser has opened a page.</summary>
    [FactWith(Parts.Chromium)]
    public async Task The_real_dashboard_shows_our_resources_and_their_logs_and_sends_our_commands()
    {
        _resources.Publish(Snapshots.Scheduler with { HealthReports = [new("ready", false, "503")] });
        _logs.Append("scheduler-k3f9x2ab", "a line from the scheduler", isStdErr: false);
        var executor = new RecordingExecutor();
        await using var host = Host(new() { ["Fixity:DashboardPort"] = "0" }, executor);
        var info = await host.StartAsync(_limit.Token);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = FactWithAttribute.ChromiumPath,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
        });
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 1400, Height = 800 } });
        page.SetDefaultTimeout(30_000);

        await page.GotoAsync(info!.LoginUrl);
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = "scheduler" });
        await row.GetByText("Running (Unhealthy)").WaitForAsync();
        _resources.Update("scheduler-k3f9x2ab", before => before with { HealthReports = [new("ready", true)] });
        await row.GetByText("Running", new() { Exact = true }).WaitForAsync();

        await row.GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        while (executor.Asked.IsEmpty)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), _limit.Token);
        }

        Assert.Equal(("scheduler-k3f9x2ab", "stop"), Assert.Single(executor.Asked));

        await page.GotoAsync($"{info.FrontendUrl}/consolelogs/resource/scheduler");
        await page.GetByText("a line from the scheduler").WaitForAsync();
        _logs.Append("scheduler-k3f9x2ab", "another one, later", isStdErr: true);
        await page.GetByText("another one, later").WaitForAsync();
    }

    [FactWith(Parts.Npm)]
    public async Task Two_dashboards_share_the_machine()
    {
        await using var first = Host([]);
        await using var second = Host([]);

        var infos = new[] { await first.StartAsync(_limit.Token), await second.StartAsync(_limit.Token) };

        Assert.All(infos, Assert.NotNull);
        Assert.NotEqual(infos[0]!.FrontendUrl, infos[1]!.FrontendUrl);
    }

    [Fact]
    public async Task A_dashboard_that_does_not_start_costs_a_line_and_nothing_else()
    {
        await using var host = Host(new() { ["DcpPublisher:DashboardPath"] = NotADashboard() });

        Assert.Null(await host.StartAsync(_limit.Token));

        Assert.Contains("No Aspire dashboard", Assert.Single(_logger.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_can_be_switched_off()
    {
        await using var host = Host(new() { ["Fixity:Dashboard"] = "false" });

        Assert.Null(await host.StartAsync(_limit.Token));

        Assert.Empty(_logger.Lines);
    }

    private static string NotADashboard() =>
        OperatingSystem.IsWindows() ? Path.Combine(Environment.SystemDirectory, "whoami.exe") : "/bin/false";

    private static async Task<string?> OtlpStatusAsync(DashboardInfo info, string key)
    {
        using var client = new HttpClient();
        using var content = new ByteArrayContent([0, 0, 0, 0, 0]);
        content.Headers.ContentType = new("application/grpc");
        using var request = new HttpRequestMessage(
            HttpMethod.Post, $"{info.OtlpEndpoint}/opentelemetry.proto.collector.trace.v1.TraceService/Export")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        request.Headers.Add("x-otlp-api-key", key);
        using var response = await client.SendAsync(request);
        await response.Content.ReadAsByteArrayAsync();
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            return "16";
        }

        var headers = response.TrailingHeaders.Concat(response.Headers);
        return headers.First(header => header.Key == "grpc-status").Value.Single();
    }

    private async Task<HttpStatusCode> TelemetryAsync(DashboardInfo info, string key)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("x-api-key", key);
        var url = new Uri($"{info.FrontendUrl}/api/telemetry/resources");
        using var answer = await client.GetAsync(url, _limit.Token);
        return answer.StatusCode;
    }

    private DashboardHost Host(Dictionary<string, string?> settings, RecordingExecutor? executor = null)
    {
        var configuration =
            new ConfigurationBuilder().AddEnvironmentVariables().AddInMemoryCollection(settings).Build();
        return new DashboardHost(
            "Fixity", _resources, _logs, executor ?? new RecordingExecutor(), configuration, _logger);
    }

    private sealed class RecordingLogger : ILogger
    {
        private readonly List<string> _lines = [];

        /// <summary>What a person would see: information and above.</summary>
        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines)
                {
                    return [.. _lines.Where(line => !line.Contains("once…", StringComparison.Ordinal))];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
            {
                _lines.Add(formatter(state, exception));
            }
        }
    }
}
