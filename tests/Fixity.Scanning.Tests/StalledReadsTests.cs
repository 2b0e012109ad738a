using System.Collections.Concurrent;
using Fixity.Core;
using Fixity.Storage;

namespace Fixity.Scanning.Tests;

/// <summary>So many hanging reads that the segment ends: the next scan must not begin where this one did.</summary>
public sealed class StalledReadsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Far above the tenth of a second that the slow file's reads take: the other tests of this process block its threads.
    private static readonly TimeSpan Hanging = TimeSpan.FromSeconds(2);

    private readonly SegmentRun _run = new();
    private readonly TaskCompletionSource _never = new();

    public void Dispose()
    {
        _never.TrySetResult();
        _run.Dispose();
    }

    [Fact]
    public async Task Reads_that_hang_all_at_once_are_recorded_before_the_segment_ends_and_the_next_one_gets_through()
    {
        PutFiles(300);
        _run.Limits = _run.Limits with { Workers = 32, ReadTimeout = Hanging, Window = 4_096 };
        _run.Storage.Reading = (path, _, _) => IsHanging(path) ? _never.Task : Task.CompletedTask;

        var failure = await Assert.ThrowsAsync<StorageException>(() => _run.ScanAsync().WaitAsync(Patience));

        Assert.Equal(StorageFault.Timeout, failure.Fault);
        var unreadable = Unreadable();
        Assert.InRange(unreadable.Count, 32, 40);
        Assert.All(unreadable, row => Assert.True(IsHanging(row.Path), $"{row.Path} does not hang"));
        Assert.Equal(unreadable.Count, Errors().Count(error => error.Kind == "timeout"));
        Assert.True(_run.Baseline.Checkpoint >= FilePath.FromEscaped("f099"));

        BackOff();
        var result = await _run.ScanAsync().WaitAsync(Patience);

        Assert.Equal(SegmentOutcome.Completed, result.Outcome);
        Assert.Equal(40, Unreadable().Count);
        Assert.Equal(260, _run.Baseline.Rows.Values.Count(row => row.State == FileState.Present));
    }

    [Fact]
    public async Task Reads_that_hang_behind_a_file_that_takes_long_are_recorded_and_the_checkpoint_stays_before_it()
    {
        PutFiles(140);
        _run.Storage.Put("a", new string('x', 2_000_000));
        _run.Algorithm = ChecksumAlgorithm.Sha256; // Nobody can help with it.
        _run.Limits = _run.Limits with { Workers = 33, ReadTimeout = Hanging, Window = 4_096 };
        _run.Storage.Reading = (path, _, stop) => IsHanging(path) ? _never.Task
            : path.ToString() == "a" ? Task.Delay(100, stop)
            : Task.CompletedTask;

        await Assert.ThrowsAsync<StorageException>(() => _run.ScanAsync().WaitAsync(Patience));

        Assert.InRange(Unreadable().Count, 32, 40);
        Assert.All(_run.Baseline.Rows.Values, row => Assert.Equal(FileState.Unreadable, row.State));
        Assert.Null(_run.Baseline.Checkpoint);

        BackOff();
        _run.Storage.Reading = (path, _, _) => IsHanging(path) ? _never.Task : Task.CompletedTask;
        var result = await _run.GoOnAsync().WaitAsync(Patience);

        Assert.Equal(SegmentOutcome.Completed, result.Outcome);
        Assert.Equal(40, Unreadable().Count);
        Assert.Equal(101, _run.Baseline.Rows.Values.Count(row => row.State == FileState.Present));
        Assert.Equal(141, _run.Baseline.Events.Distinct().Count());
        Assert.Equal(141, _run.Baseline.Events.Count);
    }

    [Fact]
    public async Task Second_reads_that_hang_all_at_once_are_recorded_too()
    {
        PutFiles(140);
        var reads = new ConcurrentDictionary<string, int>();
        _run.Limits = _run.Limits with { Workers = 40, ReadTimeout = Hanging, Window = 4_096 };
        _run.Storage.Reading = (path, offset, _) =>
        {
            if (!IsHanging(path) || offset > 0)
            {
                return Task.CompletedTask;
            }

            if (reads.AddOrUpdate(path.ToString(), 1, (_, before) => before + 1) > 1)
            {
                return _never.Task;
            }

            _run.Storage.Put(path.ToString(), "changed while it was read");
            return Task.CompletedTask;
        };

        await Assert.ThrowsAsync<StorageException>(() => _run.ScanAsync().WaitAsync(Patience));

        Assert.InRange(Unreadable().Count, 32, 40);
        Assert.Equal(100, _run.Baseline.Rows.Values.Count(row => row.State == FileState.Present));
        Assert.Equal(40, Unreadable().Count + _run.Count(c => c.FilesUnstable));
    }

    // The hundredth to the hundred and thirty-ninth.
    private static bool IsHanging(FilePath path) =>
        path.ToString() is ['f', '1', >= '0' and <= '3', _];

    private List<BaselineFile> Unreadable() =>
        [.. _run.Baseline.Rows.Values.Where(row => row.State == FileState.Unreadable)];

    private IEnumerable<ScanFault> Errors() => _run.Baseline.Batches.SelectMany(batch => batch.Errors);

    // As the database does it with every file that hung.
    private void BackOff() => Unreadable().ForEach(row => _run.Baseline.Set(row with { IsBackedOff = true }));

    private void PutFiles(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _run.Storage.Put($"f{i:d3}", $"content of {i}");
        }
    }
}
