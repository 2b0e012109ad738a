using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Run;

/// <summary>Asks an instance how it is, often until it is ready, then every few seconds.</summary>
internal sealed class HealthMonitor(RunContext run, ResourceInstance instance, Action<InstanceStatus> become)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPauseUntilReady = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseWhenReady = TimeSpan.FromSeconds(5);

    public async Task FollowAsync(IReadOnlyList<HealthProbe> probes, CancellationToken cancellation)
    {
        var wasReady = false;
        var isHealthy = false;
        var pause = FirstPause;

        try
        {
            do
            {
                var reports = await Task.WhenAll(probes.Select(probe => AskAsync(probe, cancellation)));
                var isHealthyNow = reports.All(report => report.Healthy == true);
                run.Store.Update(instance.Name, snapshot => snapshot with { HealthReports = reports });

                if (isHealthyNow && !wasReady)
                {
                    wasReady = true;
                    await BecomeReadyAsync(probes.Count > 0 ? "ready" : "running", cancellation);
                }
                else if (wasReady && isHealthyNow != isHealthy)
                {
                    Tell(isHealthyNow, reports);
                }

                isHealthy = isHealthyNow;
                pause = isHealthy
                    ? PauseWhenReady
                    : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPauseUntilReady.Ticks));
                await Task.Delay(pause, run.Clock, cancellation);
            }
            while (probes.Count > 0);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The instance has ended, and its health with it.
        }
    }

    private static async Task<ResourceHealth> AskAsync(HealthProbe probe, CancellationToken cancellation)
    {
        var complaint = await probe.AskAsync(cancellation);
        return new ResourceHealth(probe.Key, complaint is null, complaint ?? "");
    }

    private async Task BecomeReadyAsync(string word, CancellationToken cancellation)
    {
        run.Report.Say(instance.Label, word, InstanceSnapshots.PublicUrl(instance.Resource));
        try
        {
            await run.Eventing.PublishAsync(new ResourceReadyEvent(instance.Resource, run.Services), cancellation);
        }
#pragma warning disable CA1031 // The subscriber is the AppHost's own code: its mistake is shown and stops nothing.
        catch (Exception failure) when (failure is not OperationCanceledException)
#pragma warning restore CA1031
        {
            run.Report.Say(instance.Label, "ready, but", failure.Message);
        }

        become(new InstanceStatus(ResourceState.Running, IsReady: true));
    }

    private void Tell(bool isHealthy, IReadOnlyList<ResourceHealth> reports)
    {
        run.Report.Say(
            instance.Label,
            isHealthy ? "healthy again" : "unhealthy",
            reports.FirstOrDefault(report => report.Healthy != true)?.Description);
        become(new InstanceStatus(ResourceState.Running, IsReady: isHealthy));
    }
}
