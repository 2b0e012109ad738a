using Fixity.Core;
using Fixity.Hashing;
using Fixity.Scanning;
using Fixity.Testing.Scanning;
using Fixity.Testing.Smb;

namespace Fixity.Storage.Smb.Tests;

/// <summary>The engine on a test's share, with a baseline in memory.</summary>
internal sealed class ShareScan(SmbServer server) : IDisposable
{
    private readonly FakeSegmentControl _control = new();

    public MemoryBaseline Baseline { get; } = new();

    public int? Port { get; init; }

    public bool IsSigned { get; init; } = true;

    public Task<SegmentResult> FirstAsync() => RunAsync();

    public async Task<SegmentResult> AgainAsync(bool verifyAll = false)
    {
        Baseline.Events.Clear();
        Baseline.Batches.Clear();
        Baseline.NewScan();
        return await RunAsync(verifyAll);
    }

    public long Count(Func<ScanCounters, long> counter) => Baseline.Batches.Sum(batch => counter(batch.Counters));

    public static byte[] Checksum(byte[] content)
    {
        using var checksum = IncrementalChecksum.Create(ChecksumAlgorithm.Blake3);
        checksum.Append(content);
        var digest = new byte[ChecksumAlgorithm.Blake3.DigestBytes()];
        checksum.Finish(digest);
        return digest;
    }

    public void Dispose() => _control.Dispose();

    private async Task<SegmentResult> RunAsync(bool verifyAll = false)
    {
        await using var backend = Backends.Open(server, options => options with { Port = Port ?? options.Port, RequireSigning = IsSigned });
        var limits = new SegmentLimits { Workers = 4, BatchSize = 10 };
        return await new SegmentScanner(backend, Baseline, Baseline, _control, limits, TimeProvider.System).RunAsync(
            new SegmentPlan(
                new PathRange(default, After: Baseline.Checkpoint), ExpectedIdentity: null, ChecksumAlgorithm.Blake3, verifyAll),
            CancellationToken.None);
    }
}
