using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Fixity.Scheduler.Scans;

/// <summary>Meter and activity source <c>Fixity.Scheduler</c>.</summary>
internal sealed class ScanMetrics
{
    public const string Name = "Fixity.Scheduler";

    public static readonly ActivitySource Activities = new(Name);

    private readonly Counter<long> _requests;
    private readonly Counter<long> _retries;

    public ScanMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _requests = meter.CreateCounter<long>(
            "fixity.scheduler.scan_requests", "{request}", "Scans asked for, by trigger and outcome.");
        _retries = meter.CreateCounter<long>(
            "fixity.scheduler.scan_retries", "{scan}", "Failed scans that were queued again.");
    }

    public void Requested(string trigger, EnqueueOutcome outcome) => _requests.Add(
        1, new TagList { { "trigger", trigger }, { "outcome", outcome.ToString() } });

    public void Retried(int scans) => _retries.Add(scans);
}
