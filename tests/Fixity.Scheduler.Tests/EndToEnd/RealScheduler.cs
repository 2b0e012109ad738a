using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Secrets;
using Fixity.Testing.Postgres;
using Fixity.Testing.Services;

namespace Fixity.Scheduler.Tests.EndToEnd;

/// <summary>The scheduler's own program in a process of its own, at another time of history, which a test may kill.</summary>
public sealed partial class RealScheduler : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = [];

    private RealScheduler(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it wrote, lines joined.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Its name in the job store; null until it takes part.</summary>
    public string? InstanceId => TakesPart().Match(Output) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>Starts several that all believe it is this time, and waits until each takes part in the schedule.</summary>
    public static async Task<IReadOnlyList<RealScheduler>> StartAsync(TestDatabase database, int replicas, TimeSpan clockOffset)
    {
        var schedulers = Enumerable.Range(0, replicas).Select(_ => Launch(database, clockOffset)).ToList();
        try
        {
            foreach (var scheduler in schedulers)
            {
                await scheduler.TakesPartAsync();
            }
        }
        catch
        {
            schedulers.ForEach(scheduler => scheduler.Dispose());
            throw;
        }

        return schedulers;
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private async Task TakesPartAsync()
    {
        var patience = Stopwatch.StartNew();
        while (InstanceId is null)
        {
            Assert.False(_process.HasExited || patience.Elapsed > Patience, Output);
            await Task.Delay(50);
        }
    }

    private static RealScheduler Launch(TestDatabase database, TimeSpan clockOffset)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(SchedulerOptions).Assembly.Location])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        var tests = typeof(ShiftedClockStartup).Assembly;
        start.Environment["ConnectionStrings__fixitydb"] = database.ConnectionString;
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment[CallerIdentity.KeySetting.Replace(":", "__", StringComparison.Ordinal)] = ServiceApplication<Program>.GatewayKey;
        start.Environment[SecretBox.KeySetting.Replace(":", "__", StringComparison.Ordinal)] = ServiceApplication<Program>.EncryptionKey;
        start.Environment["DOTNET_STARTUP_HOOKS"] = tests.Location;
        start.Environment["ASPNETCORE_HOSTINGSTARTUPASSEMBLIES"] = tests.GetName().Name;
        start.Environment[ShiftedClockStartup.OffsetTicks] = clockOffset.Ticks.ToString(CultureInfo.InvariantCulture);
        return new RealScheduler(Process.Start(start)!);
    }

    [GeneratedRegex(@"Scheduler (\S+) takes part in the schedule")]
    private static partial Regex TakesPart();
}
