using System.Globalization;
using System.Text.RegularExpressions;
using Fixity.Testing.Postgres;

namespace Fixity.Scheduler.Tests.EndToEnd;

/// <summary>The scheduler's own program in a process of its own, at another time of history, which a test may kill.</summary>
public sealed partial class RealScheduler : IDisposable
{
    private readonly ServiceProcess _process;

    private RealScheduler(ServiceProcess process) => _process = process;

    /// <summary>What it wrote, lines joined.</summary>
    public string Output => _process.Output;

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
                await scheduler._process.SaysAsync(TakesPart());
            }
        }
        catch
        {
            schedulers.ForEach(scheduler => scheduler.Dispose());
            throw;
        }

        return schedulers;
    }

    public Task KillAsync() => _process.KillAsync();

    public void Dispose() => _process.Dispose();

    private static RealScheduler Launch(TestDatabase database, TimeSpan clockOffset)
    {
        var tests = typeof(ShiftedClockStartup).Assembly;
        return new RealScheduler(ServiceProcess.Start(
            typeof(SchedulerOptions).Assembly.Location, database,
            ("ASPNETCORE_ENVIRONMENT", "Development"),
            ("DOTNET_STARTUP_HOOKS", tests.Location),
            ("ASPNETCORE_HOSTINGSTARTUPASSEMBLIES", tests.GetName().Name!),
            (ShiftedClockStartup.OffsetTicks, clockOffset.Ticks.ToString(CultureInfo.InvariantCulture))));
    }

    [GeneratedRegex(@"Scheduler (\S+) takes part in the schedule")]
    private static partial Regex TakesPart();
}
