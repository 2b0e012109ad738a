using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Aspire.Hosting.Run;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

/// <summary>Runs the Aspire dashboard beside the application and answers its questions.</summary>
/// <remarks>
/// Settings: Fixity:Dashboard=false switches it off, Fixity:DashboardPort is the first port that is tried (0: any).
/// Without a dashboard the application runs all the same: whatever keeps it away costs one line in the log.
/// </remarks>
internal sealed class DashboardHost(
    string applicationName,
    ResourceStore resources,
    LogStore logs,
    IResourceCommandExecutor commands,
    IConfiguration configuration,
    ILogger logger) : IAsyncDisposable
{
    private const int DefaultPort = 18888;
    private const int TailLines = 5;
    private const int Attempts = 3;
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(3);

    private readonly ConcurrentQueue<string> _tail = new();
    private ResourceServiceHost? _service;
    private SupervisedProcess? _process;
    private Task _watch = Task.CompletedTask;
    private volatile bool _stopping;

    /// <returns>Null: there is no dashboard, and a line was logged about it.</returns>
    public async Task<DashboardInfo?> StartAsync(CancellationToken cancellation)
    {
        if (configuration["Fixity:Dashboard"] is { } wanted && bool.TryParse(wanted, out var on) && !on)
        {
            return null;
        }

        try
        {
            var program = await new DashboardBundle(configuration, logger).FindOrFetchAsync(cancellation);
            return await LaunchAsync(program, cancellation);
        }
        catch (Exception failure) when (failure is NpmPackageException or DashboardException or IOException
            or UnauthorizedAccessException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            logger.Absent(failure.Message);
            await StopAsync();
            return null;
        }
    }

    public async Task StopAsync()
    {
        _stopping = true;
        if (_process is not null)
        {
            await _process.StopAsync(StopGrace);
            await _watch;
            await _process.DisposeAsync();
            _process = null;
        }

        if (_service is not null)
        {
            await _service.DisposeAsync();
            _service = null;
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task<DashboardInfo> LaunchAsync(string program, CancellationToken cancellation)
    {
        var serviceKey = NewKey();
        _service = await ResourceServiceHost.StartAsync(
            new ResourceService(applicationName, serviceKey, resources, logs, commands, logger), cancellation);

        // Free ports are found before the dashboard takes them: somebody else may be faster now and then.
        for (var attempt = 1; ; attempt++)
        {
            var launch = NewLaunch(serviceKey);
            _process = Start(program, launch);
            try
            {
                await WaitUntilItAnswersAsync(_process, launch.Info.FrontendUrl, cancellation);
                _watch = WatchAsync(_process);
                return launch.Info;
            }
            catch (DashboardException) when (attempt < Attempts && _process.Exited.IsCompleted)
            {
                await _process.DisposeAsync();
                _process = null;
            }
        }
    }

    private DashboardLaunch NewLaunch(string serviceKey)
    {
        var wanted = configuration["Fixity:DashboardPort"] is { } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : DefaultPort;
        var frontendUrl = $"http://localhost:{(wanted == 0 ? LoopbackPort.Any() : LoopbackPort.From(wanted))}";
        var token = configuration["AppHost:BrowserToken"] ?? NewKey();
        var info = new DashboardInfo(
            LoginUrl: $"{frontendUrl}/login?t={token}",
            OtlpEndpoint: $"http://127.0.0.1:{LoopbackPort.Any()}",
            OtlpApiKey: configuration["AppHost:OtlpApiKey"] ?? NewKey(),
            ApiKey: NewKey(),
            frontendUrl);
        return new DashboardLaunch(
            info, $"http://127.0.0.1:{LoopbackPort.Any()}", _service!.Address, serviceKey, token);
    }

    private SupervisedProcess Start(string program, DashboardLaunch launch)
    {
        _tail.Clear();
        return SupervisedProcess.Start(new ProcessSpec(
            program, ["dashboard"], Path.GetDirectoryName(program)!, launch.Environment(), (line, _) => Keep(line)));
    }

    private void Keep(string line)
    {
        logger.Line(line);
        _tail.Enqueue(line);
        if (_tail.Count > TailLines)
        {
            _tail.TryDequeue(out _);
        }
    }

    private async Task WaitUntilItAnswersAsync(
        SupervisedProcess process, string frontendUrl, CancellationToken cancellation)
    {
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bounded.CancelAfter(AnswerLimit);
        try
        {
            while (!process.Exited.IsCompleted)
            {
                if (await AnswersAsync(client, frontendUrl, bounded.Token))
                {
                    return;
                }

                await Task.WhenAny(process.Exited, Task.Delay(TimeSpan.FromMilliseconds(100), bounded.Token));
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new DashboardException($"it did not answer within {AnswerLimit.TotalSeconds:0} s.");
        }

        throw new DashboardException($"it ended at once: {string.Join(" | ", _tail)}");
    }

    private static async Task<bool> AnswersAsync(HttpClient client, string url, CancellationToken cancellation)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(url), cancellation);
            return answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Redirect;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task WatchAsync(SupervisedProcess process)
    {
        var exitCode = await process.Exited;
        if (!_stopping)
        {
            logger.Ended(exitCode, string.Join(" | ", _tail));
        }
    }

    private static string NewKey() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}

/// <summary>The dashboard's program does not come up; the message is made for people.</summary>
internal sealed class DashboardException(string message) : Exception(message);
