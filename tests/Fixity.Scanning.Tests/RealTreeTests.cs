using System.Text;
using Fixity.Core;
using Fixity.Storage;
using Fixity.Storage.Local;
using Fixity.Testing.Scanning;

namespace Fixity.Scanning.Tests;

/// <summary>The engine over the local backend on a real tree: what is told apart, and what is left alone.</summary>
public sealed class RealTreeTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("fixity-scan-").FullName;
    private readonly MemoryBaseline _baseline = new();
    private readonly FakeSegmentControl _control = new();

    public void Dispose()
    {
        _control.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Edit_deletion_rename_and_hidden_flip_are_told_apart()
    {
        for (var i = 0; i < 500; i++)
        {
            Write($"d{i % 7}/s{i % 3}/{i}.txt", $"content of {i} " + new string('x', i * 10));
        }

        var first = await ScanAsync();
        Assert.Equal(500, _baseline.Events.Count);
        Assert.False(first.HadFaults);
        _baseline.Events.Clear();
        _baseline.Batches.Clear();

        await ScanAsync(first.Identity);
        Assert.Equal(0, _baseline.Batches.Sum(batch => batch.Effects));

        Write("d0/s0/0.txt", "edited");
        File.Delete(Full("d1/s1/1.txt"));
        File.Move(Full("d2/s2/2.txt"), Full("d2/s2/renamed.txt"));
        FlipBitBehindTheBack("d3/s0/3.txt");
        await ScanAsync(first.Identity, verifyAll: true);

        Assert.Equal(
            [
                "added d2/s2/renamed.txt", "deleted d1/s1/1.txt", "deleted d2/s2/2.txt", "modified d0/s0/0.txt",
                "tampered d3/s0/3.txt",
            ],
            _baseline.Events.Order(StringComparer.Ordinal));
        Assert.True(Assert.Single(_baseline.Batches.SelectMany(batch => batch.Corrupted)).IsTampered);
    }

    [Fact]
    public async Task Files_written_while_the_scan_runs_are_never_called_corrupted()
    {
        for (var i = 0; i < 50; i++)
        {
            Write($"{i}", "start");
        }

        using var done = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var round = 0; !done.IsCancellationRequested; round++)
            {
                // Same length each time, so that only the mtime can tell; in place, so that a torn read is possible.
                await File.WriteAllTextAsync(Full($"{round % 50}"), $"{round % 90_000 + 10_000}", CancellationToken.None);
            }
        });

        for (var scan = 0; scan < 8; scan++)
        {
            await ScanAsync(verifyAll: true);
        }

        await done.CancelAsync();
        await writing;

        Assert.DoesNotContain(_baseline.Events, e => e.StartsWith("corrupted", StringComparison.Ordinal));
        Assert.Contains(_baseline.Events, e => e.StartsWith("modified", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_that_is_left_out_is_not_even_gone_into()
    {
        Write("keep/a", "a");
        Write("keep/b.tmp", "b");
        Write("cache/c", "c");
        Write("keep/cache/d", "d");

        await ScanAsync(options: new TargetOptions { Exclude = ["cache/", "*.tmp"] });

        Assert.Equal(["added keep/a"], _baseline.Events);
        Assert.Equal(1, _baseline.Batches.Sum(batch => batch.Counters.FilesExcluded));
    }

    [Fact]
    public async Task A_scan_reads_no_faster_than_its_throttle()
    {
        for (var i = 0; i < 20; i++)
        {
            Write($"{i:00}", new string('x', 50_000));
        }

        var throttle = new StorageThrottle(TimeProvider.System);
        throttle.SetLimits(bytesPerSecond: 500_000, opensPerSecond: null);
        var since = TimeProvider.System.GetTimestamp();
        await ScanAsync(throttle: throttle);

        // A million bytes: what is admitted at once, and a busy machine, are the tolerance.
        Assert.InRange(
            TimeProvider.System.GetElapsedTime(since), TimeSpan.FromSeconds(1.7), TimeSpan.FromSeconds(10));
        Assert.Equal(20, _baseline.Rows.Count);
    }

    private async Task<SegmentResult> ScanAsync(
        string? identity = null, bool verifyAll = false, TargetOptions? options = null, StorageThrottle? throttle = null)
    {
        _baseline.NewScan();
        await using var storage = LocalStorage.Open(_root);
        return await new SegmentScanner(storage, _baseline, _baseline, _control, new SegmentLimits(), TimeProvider.System, throttle)
            .RunAsync(
                new SegmentPlan(default, identity, ChecksumAlgorithm.Blake3, verifyAll, options), CancellationToken.None);
    }

    private void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Full(path)) ?? _root);
        File.WriteAllBytes(Full(path), Encoding.UTF8.GetBytes(content));
    }

    private void FlipBitBehindTheBack(string path)
    {
        var mtime = File.GetLastWriteTimeUtc(Full(path));
        using (var file = new FileStream(Full(path), FileMode.Open))
        {
            var value = file.ReadByte();
            file.Position = 0;
            file.WriteByte((byte)(value ^ 1));
        }

        // 100 ns at best: the baseline has what the file system gave, so the test gives it back the same way.
        File.SetLastWriteTimeUtc(Full(path), mtime);
        _baseline.Set(_baseline[path] with
        {
            Metadata = _baseline[path].Metadata with { MtimeNs = UnixNanoseconds.From(new DateTimeOffset(mtime)) },
        });
    }

    private string Full(string path) => Path.Join(_root, path);
}
