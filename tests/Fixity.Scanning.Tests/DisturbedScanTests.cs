using Fixity.Core;
using Fixity.Storage;

namespace Fixity.Scanning.Tests;

public sealed class DisturbedScanTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SegmentRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task A_file_that_changes_once_while_read_is_read_again_at_the_end()
    {
        PutFiles(4);
        var first = true;
        _run.Storage.Reading = (path, offset, _) =>
        {
            if (first && path.ToString() == "f1")
            {
                first = false;
                _run.Storage.Put("f1", "another content", mtimeNs: 9);
            }

            return Task.CompletedTask;
        };

        var result = await _run.ScanAsync();

        Assert.False(result.HadFaults);
        Assert.Equal(SegmentRun.Checksum("another content"u8.ToArray()), _run.Baseline["f1"].Checksum.ToArray());
        Assert.Equal("added f1", _run.Baseline.Events[^1]);
    }

    [Fact]
    public async Task A_file_that_changes_whenever_it_is_read_is_unstable_and_has_no_checksum()
    {
        PutFiles(2);
        var writes = 10;
        _run.Storage.Reading = (path, _, _) =>
        {
            if (path.ToString() == "f1")
            {
                _run.Storage.Put("f1", $"write {writes}", mtimeNs: ++writes);
            }

            return Task.CompletedTask;
        };

        await _run.ScanAsync();

        Assert.Equal(["added f0"], _run.Baseline.Events);
        Assert.Equal(1, _run.Count(c => c.FilesUnstable));
        Assert.Equal("unstable", Assert.Single(_run.Baseline.Batches.SelectMany(batch => batch.Errors)).Kind);
    }

    [Fact]
    public async Task Who_goes_on_inside_a_folder_that_cannot_be_listed_gives_away_nothing_that_lies_behind()
    {
        PutFiles(4);
        await _run.TakeBaselineAsync();
        _run.Storage.ListingFaults[default] = StorageFault.Denied;
        var split = new SplitRequest(FilePath.FromEscaped("f1"));
        _run.Control.PendingSplit = split;
        _run.Baseline.NewScan();

        await new SegmentScanner(
            _run.Storage, _run.Baseline, _run.Baseline, _run.Control, _run.Limits, TimeProvider.System).RunAsync(
            new SegmentPlan(new PathRange(default, After: FilePath.FromEscaped("f2")), null, _run.Algorithm),
            CancellationToken.None);

        Assert.False(await split.Answer);
    }

    [Fact]
    public async Task A_file_that_grows_faster_than_it_is_read_ends()
    {
        _run.Storage.Put("log", new string('x', 5000));
        _run.Storage.Reading = (_, _, _) =>
        {
            _run.Storage.Put("log", new string('x', _run.Storage["log"].Content.Length + 5000));
            return Task.CompletedTask;
        };

        await _run.ScanAsync().WaitAsync(Patience);

        Assert.Equal(1, _run.Count(c => c.FilesUnstable));
    }

    [Fact]
    public async Task A_file_put_in_the_place_of_the_one_read_is_not_taken_for_it()
    {
        _run.Storage.Put("f", "old");
        var once = true;
        _run.Storage.Reading = (path, _, _) =>
        {
            if (once)
            {
                once = false;
                _run.Storage.Put(path, _run.Storage["f"] with { Content = "new"u8.ToArray(), FileId = 2 });
            }

            return Task.CompletedTask;
        };

        await _run.ScanAsync();

        Assert.Equal(SegmentRun.Checksum("new"u8.ToArray()), _run.Baseline["f"].Checksum.ToArray());
    }

    [Fact]
    public async Task A_read_that_never_returns_is_given_up_and_the_others_go_on()
    {
        PutFiles(20);
        _run.Limits = _run.Limits with { Workers = 1, ReadTimeout = TimeSpan.FromMilliseconds(300) };
        var never = new TaskCompletionSource();
        _run.Storage.Reading = (path, _, _) => path.ToString() is "f2" or "f7" ? never.Task : Task.CompletedTask;

        var result = await _run.ScanAsync().WaitAsync(Patience);

        Assert.Equal((SegmentOutcome.Completed, 2), (result.Outcome, result.StalledReads));
        Assert.Equal(FileState.Unreadable, _run.Baseline["f2"].State);
        Assert.Equal(18, _run.Baseline.Rows.Values.Count(row => row.State == FileState.Present));
        Assert.All(_run.Baseline.Batches.SelectMany(batch => batch.Errors), error => Assert.Equal("timeout", error.Kind));
        never.SetResult();
    }

    [Fact]
    public async Task A_blocked_thread_is_given_up_too()
    {
        PutFiles(5);
        _run.Limits = _run.Limits with { Workers = 1, ReadTimeout = TimeSpan.FromMilliseconds(300) };
        using var blocked = new ManualResetEventSlim();
        _run.Storage.Reading = (path, _, _) =>
        {
            if (path.ToString() == "f2")
            {
                blocked.Wait(CancellationToken.None);
            }

            return Task.CompletedTask;
        };

        var result = await _run.ScanAsync().WaitAsync(Patience);

        Assert.Equal(1, result.StalledReads);
        blocked.Set();
    }

    [Fact]
    public async Task Too_many_hanging_reads_are_the_storage_and_end_the_segment()
    {
        PutFiles(50);
        _run.Limits = _run.Limits with { Workers = 16, ReadTimeout = TimeSpan.FromMilliseconds(100) };
        _run.Storage.Reading = (_, _, _) => new TaskCompletionSource().Task;

        var failure = await Assert.ThrowsAsync<StorageException>(() => _run.ScanAsync().WaitAsync(Patience));

        Assert.Equal(StorageFault.Timeout, failure.Fault);
        Assert.False(_run.Baseline.IsFinished);
    }

    [Fact]
    public async Task Cancelling_in_the_middle_of_a_big_file_ends_at_once_and_commits_nothing_of_it()
    {
        PutFiles(3);
        _run.Storage.Put("f1", new string('x', 1_000_000));
        using var cancel = new CancellationTokenSource();
        _run.Storage.Reading = async (path, offset, _) =>
        {
            if (path.ToString() == "f1" && offset > 100_000)
            {
                await cancel.CancelAsync();
            }
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _run.ScanAsync(cancel.Token).WaitAsync(Patience));

        Assert.DoesNotContain("added f1", _run.Baseline.Events);
    }

    [Fact]
    public async Task Stopping_commits_what_is_finished_and_goes_on_later_without_repeating_it()
    {
        PutFiles(40);
        _run.Limits = _run.Limits with { Workers = 1 };
        _run.Storage.Reading = (path, _, stop) =>
        {
            if (path.ToString() == "f25")
            {
                _run.Control.Stop();
                return Task.Delay(Timeout.Infinite, stop);
            }

            return Task.CompletedTask;
        };

        var result = await _run.ScanAsync().WaitAsync(Patience);

        Assert.Equal(SegmentOutcome.Interrupted, result.Outcome);
        Assert.False(_run.Baseline.IsFinished);
        var finished = _run.Baseline.Rows.Keys.ToList();
        Assert.NotEmpty(finished);
        Assert.True(_run.Baseline.Checkpoint >= finished[^1]);

        using var later = new FakeRestart(_run);
        _run.Storage.Opened.Clear();
        _run.Storage.Reading = null;
        await later.GoOnAsync();
        Assert.Equal(40, _run.Baseline.Rows.Count);
        Assert.DoesNotContain(_run.Storage.Opened, finished.Contains);
    }

    [Fact]
    public async Task A_file_that_waits_for_its_second_read_when_the_process_ends_is_recorded_as_unstable()
    {
        PutFiles(5);
        _run.Limits = _run.Limits with { Workers = 1 };
        _run.Storage.Reading = (path, _, stop) =>
        {
            if (path.ToString() == "f1")
            {
                _run.Storage.Put("f1", "another content", mtimeNs: 9);
            }
            else if (path.ToString() == "f4")
            {
                _run.Control.Stop();
                return Task.Delay(Timeout.Infinite, stop);
            }

            return Task.CompletedTask;
        };

        var result = await _run.ScanAsync().WaitAsync(Patience);

        Assert.Equal(SegmentOutcome.Interrupted, result.Outcome);
        Assert.True(_run.Baseline.Checkpoint >= FilePath.FromEscaped("f1"));
        var error = Assert.Single(_run.Baseline.Batches.SelectMany(batch => batch.Errors));
        Assert.Equal(("f1", "unstable"), (error.Path.ToString(), error.Kind));
    }

    [Fact]
    public async Task A_paused_scan_reads_nothing_and_goes_on_where_it_was()
    {
        PutFiles(30);
        var paused = new TaskCompletionSource<int>();
        var reads = 0;
        _run.Storage.Reading = (_, _, _) =>
        {
            if (Interlocked.Increment(ref reads) == 10)
            {
                _run.Control.Pause();
                paused.SetResult(Volatile.Read(ref reads));
            }

            return Task.CompletedTask;
        };

        var scan = _run.ScanAsync();
        var whenPaused = await paused.Task.WaitAsync(Patience);
        var atRest = await SettledAsync(() => Volatile.Read(ref reads));
        Assert.False(scan.IsCompleted);
        Assert.InRange(atRest, 10, whenPaused + _run.Limits.Workers);
        _run.Control.Resume();
        await scan.WaitAsync(Patience);

        Assert.Equal(30, _run.Storage.Opened.Distinct().Count());
        Assert.Equal(30, _run.Storage.Opened.Count);
    }

    [Fact]
    public async Task A_walk_that_breaks_off_commits_what_it_reached_and_deletes_nothing_behind_it()
    {
        PutFiles(30);
        await _run.TakeBaselineAsync();
        _run.Baseline.IsDue = _ => true;
        var broken = new BrokenListing(_run.Storage, breakAfter: FilePath.FromEscaped("f2"));
        _run.Baseline.NewScan();

        var failure = await Assert.ThrowsAsync<StorageException>(() => new SegmentScanner(
            broken, _run.Baseline, _run.Baseline, _run.Control, _run.Limits, TimeProvider.System).RunAsync(
            new SegmentPlan(default, null, ChecksumAlgorithm.Blake3), CancellationToken.None));

        Assert.Equal(StorageFault.Connection, failure.Fault);
        Assert.Empty(_run.Baseline.Events);
        Assert.NotEmpty(_run.Baseline.Batches.SelectMany(batch => batch.Verified));
        Assert.False(_run.Baseline.IsFinished);
    }

    [Fact]
    public async Task A_baseline_that_is_not_in_path_order_is_refused()
    {
        PutFiles(3);
        var unordered = new UnorderedBaseline();

        await Assert.ThrowsAsync<InvalidOperationException>(() => new SegmentScanner(
            _run.Storage, unordered, _run.Baseline, _run.Control, _run.Limits, TimeProvider.System).RunAsync(
            new SegmentPlan(default, null, ChecksumAlgorithm.Blake3), CancellationToken.None));
    }

    [Fact]
    public async Task A_walk_that_gives_a_fault_before_its_place_is_refused_and_deletes_nothing()
    {
        foreach (var path in (string[])["d-old", "d.csv", "d/x"])
        {
            _run.Storage.Put(path, path);
        }

        await _run.TakeBaselineAsync();
        _run.Baseline.NewScan();
        var disordered = new AnotherListing(
            _run.Storage,
            [
                StorageEntry.NotListed(FilePath.FromEscaped("d/"), StorageFault.Gone, "too early"),
                StorageEntry.File(FilePath.FromEscaped("d-old"), _run.Storage["d-old"].Metadata),
            ],
            _ => null);

        await Assert.ThrowsAsync<InvalidOperationException>(() => new SegmentScanner(
            disordered, _run.Baseline, _run.Baseline, _run.Control, _run.Limits, TimeProvider.System).RunAsync(
            new SegmentPlan(default, null, ChecksumAlgorithm.Blake3), CancellationToken.None));

        Assert.Empty(_run.Baseline.Events);
    }

    private void PutFiles(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _run.Storage.Put($"f{i}", $"content of {i}");
        }
    }

    // Until it did not move for a while; what could move it has long had its turn.
    private static async Task<int> SettledAsync(Func<int> value)
    {
        var last = value();
        for (var still = 0; still < 10; still++)
        {
            await Task.Delay(20);
            (still, last) = value() == last ? (still, last) : (0, value());
        }

        return last;
    }
}
