using Fixity.Core;
using Fixity.Hashing;
using Fixity.Testing.Scanning;
using Fixity.Testing.Storage;

namespace Fixity.Scanning.Tests;

/// <summary>A storage, a baseline and a control put together, and a scan over them in one call.</summary>
internal sealed class SegmentRun : IDisposable
{
    public FakeStorage Storage { get; } = new();

    public MemoryBaseline Baseline { get; } = new();

    public FakeSegmentControl Control { get; } = new();

    public SegmentLimits Limits { get; set; } = new() { Workers = 3, BatchSize = 5, ReadBufferBytes = 4096, Window = 16 };

    public ChecksumAlgorithm Algorithm { get; set; } = ChecksumAlgorithm.Blake3;

    public bool VerifyAll { get; set; }

    public string? ExpectedIdentity { get; set; }

    public PathRange Range { get; set; }

    public TargetOptions? Options { get; set; }

    /// <summary>Starts a scan from its beginning.</summary>
    public Task<SegmentResult> ScanAsync(CancellationToken cancellation = default)
    {
        Baseline.NewScan();
        return GoOnAsync(cancellation);
    }

    /// <summary>Goes on from the committed checkpoint.</summary>
    public Task<SegmentResult> GoOnAsync(CancellationToken cancellation = default) =>
        new SegmentScanner(Storage, Baseline, Baseline, Control, Limits, TimeProvider.System).RunAsync(
            new SegmentPlan(Range with { After = Baseline.Checkpoint }, ExpectedIdentity, Algorithm, VerifyAll, Options,
                [.. Baseline.Mounts.Values]),
            cancellation);

    /// <summary>Scans what was put so far, and forgets that it was an event.</summary>
    public async Task TakeBaselineAsync()
    {
        await ScanAsync();
        Baseline.Events.Clear();
        Baseline.Batches.Clear();
        Storage.Opened.Clear();
    }

    public static byte[] Checksum(byte[] content, ChecksumAlgorithm algorithm = ChecksumAlgorithm.Blake3)
    {
        using var checksum = IncrementalChecksum.Create(algorithm);
        checksum.Append(content);
        var digest = new byte[algorithm.DigestBytes()];
        checksum.Finish(digest);
        return digest;
    }

    public long Count(Func<ScanCounters, long> counter) => Baseline.Batches.Sum(batch => counter(batch.Counters));

    public void Dispose() => Control.Dispose();
}
