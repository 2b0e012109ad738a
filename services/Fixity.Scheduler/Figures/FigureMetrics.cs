using System.Diagnostics.Metrics;

namespace Fixity.Scheduler.Figures;

/// <summary>Figures of the whole installation, as metrics: what was last read, for as many targets as a label may have.</summary>
/// <remarks>Names and labels are those of the seed. Nothing is read while somebody scrapes.</remarks>
internal sealed class FigureMetrics
{
    private const string Unit = "{file}";

    private static readonly double[] Quantiles = [0.5, 0.9, 0.99];

    private volatile Snapshot? _latest;

    public FigureMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Fixity.Scheduler");
        meter.CreateObservableGauge("fixity.queue.length", Queue, "{scan}", "Scans that wait for a scanner.");
        meter.CreateObservableGauge("fixity.queue.oldest_age", QueueAge, "s", "How long the longest waiting scan that may begin has waited.");
        meter.CreateObservableGauge("fixity.active_scans", Active, "{scan}", "Scans that run or are paused, by target.");
        meter.CreateObservableCounter("fixity.scan.files", Files, Unit, "Files, by target and what scans found of them.");
        meter.CreateObservableCounter("fixity.scan.errors", Errors, "{error}", "Errors of scans, by target.");
        meter.CreateObservableGauge("fixity.scan.duration", Durations, "s", "How long the last scan that ended took, by target.");
        meter.CreateObservableGauge(
            "fixity.scan.last_success_timestamp", Successes, null, "When the last complete scan ended, in seconds since 1970, by target.");
        meter.CreateObservableGauge("fixity.files_total", Present, Unit, "Files in the baseline, by target and whether they are there.");
        meter.CreateObservableGauge(
            "fixity.files.verification_age", Ages, "s", "How long ago files were last verified, by target: the age that so much of the files does not exceed.");
    }

    /// <param name="files">By target id; those that are missing are not known.</param>
    public void Set(QueueFigures queue, IReadOnlyList<TargetFigures> targets, IReadOnlyDictionary<int, FileFigures> files) =>
        _latest = new Snapshot(queue, targets, files);

    /// <summary>Another replica says the figures from now on.</summary>
    public void Clear() => _latest = null;

    private IEnumerable<Measurement<long>> Queue() =>
        _latest is { } known ? [new Measurement<long>(known.Queue.Length)] : [];

    private IEnumerable<Measurement<double>> QueueAge() =>
        _latest is { } known ? [new Measurement<double>(known.Queue.OldestSeconds ?? 0)] : [];

    private IEnumerable<Measurement<long>> Active() => Sum(target => target.Active);

    private IEnumerable<Measurement<long>> Errors() => Sum(target => target.Errors);

    private IEnumerable<Measurement<long>> Files() =>
    [
        .. Sum(target => target.Scanned, ("type", "scanned")),
        .. Sum(target => target.Added, ("type", "added")),
        .. Sum(target => target.Deleted, ("type", "deleted")),
        .. Sum(target => target.Modified, ("type", "modified")),
        .. Sum(target => target.Verified, ("type", "verified")),
    ];

    private IEnumerable<Measurement<long>> Present() =>
    [
        .. Sum(target => target.FilesPresent, ("status", "active")),
        .. Sum(target => _latest?.Files.GetValueOrDefault(target.TargetId)?.Deleted, ("status", "deleted")),
    ];

    private IEnumerable<Measurement<double>> Durations() => Worst(target => target.LastSeconds, Math.Max);

    private IEnumerable<Measurement<double>> Successes() => Worst(target => target.LastSuccess, Math.Min);

    private IEnumerable<Measurement<double>> Ages() => Quantiles.SelectMany((quantile, i) => Worst(
        target => _latest?.Files.GetValueOrDefault(target.TargetId)?.AgesSeconds is { Count: > 0 } ages ? ages[i] : null,
        Math.Max, ("quantile", quantile)));

    private IEnumerable<Measurement<long>> Sum(Func<TargetFigures, long?> of, params (string Key, object Value)[] tags) =>
        from target in _latest?.Targets ?? []
        let value = of(target)
        where value is not null
        group value.Value by target.Name into named
        select new Measurement<long>(named.Sum(), Tags(named.Key, tags));

    // Of targets that share a label the one that needs looking at.
    private IEnumerable<Measurement<double>> Worst(
        Func<TargetFigures, double?> of, Func<double, double, double> worse, params (string Key, object Value)[] tags) =>
        from target in _latest?.Targets ?? []
        let value = of(target)
        where value is not null
        group value.Value by target.Name into named
        select new Measurement<double>(named.Aggregate(worse), Tags(named.Key, tags));

    private static IEnumerable<KeyValuePair<string, object?>> Tags(string target, (string Key, object Value)[] more) =>
        [new("target", target), .. more.Select(tag => new KeyValuePair<string, object?>(tag.Key, tag.Value))];

    private sealed record Snapshot(
        QueueFigures Queue, IReadOnlyList<TargetFigures> Targets, IReadOnlyDictionary<int, FileFigures> Files);
}
