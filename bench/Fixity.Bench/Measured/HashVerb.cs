using System.Diagnostics;
using System.Runtime.CompilerServices;
using Fixity.Core;
using Fixity.Scanning;
using Fixity.Storage.Local;

namespace Fixity.Bench.Measured;

/// <summary>The engine as it ships, on a target without baseline and with a sink that only counts: walk, read, hash.</summary>
internal static class HashVerb
{
    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var sink = new CountingSink();
        await using var backend = LocalStorage.Open(Path.GetFullPath(arguments.Word(0, "the folder")));
        var limits = new SegmentLimits { Workers = (int)arguments.Number("threads", 1) };
        var plan = new SegmentPlan(PathRange.Everything, ExpectedIdentity: null, ChecksumAlgorithm.Blake3);
        for (var i = 0; i < arguments.Number("repeat", 1); i++)
        {
            await new SegmentScanner(backend, new NoBaseline(), sink, new NoControl(), limits, TimeProvider.System)
                .RunAsync(plan, cancellation);
        }

        var figures = Figures.Of("hash", Stopwatch.GetElapsedTime(started));
        return (figures with { Files = sink.Files, Bytes = sink.Bytes, Checksum = sink.Last }).Print();
    }

    private sealed class CountingSink : IScanSink
    {
        public long Files { get; private set; }

        public long Bytes { get; private set; }

        /// <summary>Of the last file: with one file a check that the right thing was computed.</summary>
        public string? Last { get; private set; }

        public Task CommitAsync(ScanBatch batch, CancellationToken cancellation)
        {
            Files += batch.Appeared.Count;
            Bytes += batch.Counters.BytesHashed;
            if (batch.Appeared.Count > 0)
            {
                Last = Convert.ToHexStringLower(batch.Appeared[^1].Checksum.Span);
            }

            return Task.CompletedTask;
        }
    }

    private sealed class NoBaseline : IBaselineReader
    {
        public async IAsyncEnumerable<ReadOnlyMemory<BaselineFile>> ReadAsync(
            PathRange range, [EnumeratorCancellation] CancellationToken cancellation)
        {
            await Task.CompletedTask;
            yield break;
        }

        public ValueTask<ReadOnlyMemory<byte>> ReadGroupsAsync(long fileId, CancellationToken cancellation) =>
            ValueTask.FromResult(ReadOnlyMemory<byte>.Empty);

        public ValueTask<bool> MayBeMountedAsync(FilePath key, string identity, CancellationToken cancellation) =>
            ValueTask.FromResult(true);
    }

    private sealed class NoControl : ISegmentControl
    {
        public CancellationToken Stopping => CancellationToken.None;

        public SplitRequest? PendingSplit => null;

        public ValueTask WaitWhilePausedAsync(CancellationToken cancellation) => ValueTask.CompletedTask;
    }
}
