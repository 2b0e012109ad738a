using Fixity.Core;
using Fixity.Storage.Local;
using Fixity.Testing.Scanning;
using Fixity.Testing.Storage;

namespace Fixity.Scanning.Tests;

/// <summary>Files that several workers read together, and that take longer than anybody wants to wait.</summary>
public sealed class LargeFileTests : IDisposable
{
    private const int LargeBytes = (64 << 20) + 123_457;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _root = Directory.CreateTempSubdirectory("fixity-large-").FullName;
    private readonly SegmentRun _run = new();

    public void Dispose()
    {
        _run.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(4, false)]
    public async Task A_file_read_by_several_threads_has_the_same_checksum_and_map(int workers, bool damageMap)
    {
        var content = Content();
        await File.WriteAllBytesAsync(Path.Join(_root, "large"), content);
        var (alone, shared) = (new MemoryBaseline(), new MemoryBaseline());

        await ScanAsync(alone, 1, damageMap);
        await ScanAsync(shared, workers, damageMap);

        Assert.Equal(SegmentRun.Checksum(content), shared["large"].Checksum.ToArray());
        Assert.Equal(damageMap ? 1 : 0, shared.Groups.Count);
        Assert.All(alone.Groups, groups => Assert.True(groups.Value.Span.SequenceEqual(shared.Groups[groups.Key].Span)));
        Assert.Equal(content.Length, shared.Batches.Sum(batch => batch.Counters.BytesHashed));
    }

    [Fact]
    public async Task Idle_workers_come_to_help()
    {
        PutLarge();
        var threads = new HashSet<int>();
        var both = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _run.Storage.Reading = (_, _, _) =>
        {
            lock (threads)
            {
                if (threads.Add(Environment.CurrentManagedThreadId) && threads.Count == 2)
                {
                    both.SetResult();
                }
            }

            return both.Task; // Nobody gets on before two of them are at it.
        };

        await _run.ScanAsync().WaitAsync(Patience);

        Assert.Equal(SegmentRun.Checksum(_run.Storage["large"].Content), _run.Baseline["large"].Checksum.ToArray());
    }

    [Fact]
    public async Task A_helper_that_hangs_makes_the_file_unreadable_and_nobody_waits_for_it()
    {
        PutLarge();
        _run.Limits = _run.Limits with { ReadTimeout = TimeSpan.FromMilliseconds(500) };
        var hangs = 0;
        _run.Storage.Reading = (_, offset, _) =>
            offset > 0 && Interlocked.Exchange(ref hangs, 1) == 0 ? new TaskCompletionSource().Task : Task.CompletedTask;

        var result = await _run.ScanAsync().WaitAsync(Patience);

        Assert.Equal((SegmentOutcome.Completed, 1), (result.Outcome, result.StalledReads));
        Assert.Equal(FileState.Unreadable, _run.Baseline["large"].State);
        Assert.Equal("timeout", Assert.Single(_run.Baseline.Batches.SelectMany(batch => batch.Errors)).Kind);
    }

    [Fact]
    public async Task A_file_that_is_cut_while_several_read_it_is_unstable_and_read_again()
    {
        PutLarge();
        var cut = 0;
        _run.Storage.Reading = (path, offset, _) =>
        {
            if (offset > 1 << 20 && Interlocked.Exchange(ref cut, 1) == 0)
            {
                _run.Storage.Put(path, _run.Storage["large"] with { Content = [1, 2, 3], MtimeNs = 9 });
            }

            return Task.CompletedTask;
        };

        await _run.ScanAsync().WaitAsync(Patience);

        Assert.Equal(SegmentRun.Checksum([1, 2, 3]), _run.Baseline["large"].Checksum.ToArray());
    }

    [Theory]
    [Trait("Scenario", "A5")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancelling_or_stopping_in_the_middle_of_a_hundred_gigabytes_is_obeyed_at_once(bool cancels)
    {
        await using (var sparse = File.Create(Path.Join(_root, "sparse")))
        {
            sparse.SetLength(100L << 30);
        }

        using var cancel = new CancellationTokenSource();
        using var control = new FakeSegmentControl();
        await using var storage = LocalStorage.Open(_root);
        var baseline = new MemoryBaseline();
        var inTheMiddle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        baseline.Committed = batch => _ = batch.Counters.BytesHashed > 0 && inTheMiddle.TrySetResult();
        var scan = new SegmentScanner(
            storage, baseline, baseline, control, new SegmentLimits { ProgressInterval = TimeSpan.FromMilliseconds(100) },
            TimeProvider.System).RunAsync(new SegmentPlan(default, null, ChecksumAlgorithm.Blake3), cancel.Token);
        await inTheMiddle.Task.WaitAsync(Patience);

        var since = TimeProvider.System.GetTimestamp();
        if (cancels)
        {
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scan.WaitAsync(Patience));
        }
        else
        {
            control.Stop();
            Assert.Equal(SegmentOutcome.Interrupted, (await scan.WaitAsync(Patience)).Outcome);
        }

        // A second on a machine that has nothing else to do; the scenario allows five.
        Assert.InRange(TimeProvider.System.GetElapsedTime(since), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Empty(baseline.Rows);
    }

    private static byte[] Content()
    {
        var content = new byte[LargeBytes];
        new Random(2).NextBytes(content);
        return content;
    }

    private void PutLarge()
    {
        _run.Storage.Put(FilePath.FromEscaped("large"), new FakeFile(Content(), 1));
        _run.Limits = _run.Limits with { Workers = 3, ReadBufferBytes = 256 * 1024 };
    }

    private async Task ScanAsync(MemoryBaseline baseline, int workers, bool damageMap)
    {
        using var control = new FakeSegmentControl();
        await using var storage = LocalStorage.Open(_root);
        await new SegmentScanner(
            storage, baseline, baseline, control, new SegmentLimits { Workers = workers }, TimeProvider.System).RunAsync(
            new SegmentPlan(
                default, null, ChecksumAlgorithm.Blake3, Options: new TargetOptions { DamageMap = damageMap }),
            CancellationToken.None);
    }
}
