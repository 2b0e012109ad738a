using System.Diagnostics;
using System.Diagnostics.Metrics;
using Fixity.Core;
using Fixity.Scanning;

namespace Fixity.Scanner.Scans;

/// <summary>Meter and activity source <c>Fixity.Scanner</c>. Names and units follow the OpenTelemetry conventions.</summary>
/// <remarks>Tag values come from closed sets; scan and target ids belong in traces and logs.</remarks>
internal sealed class ScanMetrics : IDisposable
{
    public const string Name = "Fixity.Scanner";

    private readonly ActivitySource _source = new(Name);
    private readonly Counter<long> _files;
    private readonly Counter<long> _bytes;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _takeovers;
    private readonly Histogram<double> _checksums;

    public ScanMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _files = meter.CreateCounter<long>("fixity.scanner.files", "{file}", "Files committed, by what was done with them.");
        _bytes = meter.CreateCounter<long>("fixity.scanner.io", "By", "Content bytes read for checksums.");
        _duration = meter.CreateHistogram<double>(
            "fixity.scan.segment.duration", "s", "Claim of a segment to its end.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 10, 60, 600, 3600, 21600, 86400] });
        _takeovers = meter.CreateCounter<long>(
            "fixity.lease.takeovers", "{lease}",
            "Leases that ran out before their scanner was done, and their segments taken over.");
        _checksums = meter.CreateHistogram<double>(
            "fixity.checksum.duration", "s", "Opening a file to its checksum, by algorithm.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.01, 0.1, 1, 10, 60, 600, 3600] });
    }

    /// <summary>A span of the trace of the request that asked for the scan, where there was one.</summary>
    public Activity? StartSegment(SegmentClaim claim)
    {
        ActivityContext.TryParse(claim.TraceParent, null, isRemote: true, out var parent);
        var activity = _source.StartActivity("scan segment", ActivityKind.Consumer, parent);
        activity?.SetTag("fixity.scan.id", claim.ScanId);
        activity?.SetTag("fixity.scan.segment", claim.Ordinal);
        activity?.SetTag("fixity.target.id", claim.Target.Id);
        return activity;
    }

    public void BatchCommitted(ScanBatch batch)
    {
        Add("seen", batch.Counters.FilesSeen);
        Add("hashed", batch.Counters.FilesHashed);
        Add("corrupted", batch.Corrupted.Count);
        Add("unreadable", batch.Unreadable.Count);
        _bytes.Add(batch.Counters.BytesHashed);
    }

    /// <param name="outcome">A word of <see cref="ScanStatus"/>, <c>released</c> or <c>lost</c>.</param>
    public void SegmentEnded(TimeSpan elapsed, string outcome) =>
        _duration.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));

    public void LeasesTakenOver(int leases)
    {
        if (leases > 0)
        {
            _takeovers.Add(leases);
        }
    }

    public void FileHashed(ChecksumAlgorithm algorithm, TimeSpan elapsed) =>
        _checksums.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("algorithm", algorithm.Name()));

    public void Dispose() => _source.Dispose();

    private void Add(string outcome, long files)
    {
        if (files > 0)
        {
            _files.Add(files, new KeyValuePair<string, object?>("outcome", outcome));
        }
    }
}
