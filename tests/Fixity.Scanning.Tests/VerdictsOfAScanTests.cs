using Fixity.Core;
using Fixity.Storage;

namespace Fixity.Scanning.Tests;

public sealed class VerdictsOfAScanTests : IDisposable
{
    private readonly SegmentRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task A_first_scan_records_every_file_with_its_checksum_in_path_order()
    {
        _run.Storage.Put("a/b", "in a folder");
        _run.Storage.Put("a.txt", "before the folder");
        _run.Storage.Put("a-b", "before both");

        var result = await _run.ScanAsync();

        Assert.Equal(new SegmentResult(SegmentOutcome.Completed, "fake:1", HadFaults: false, StalledReads: 0), result);
        Assert.Equal(["added a-b", "added a.txt", "added a/b"], _run.Baseline.Events);
        Assert.Equal(
            SegmentRun.Checksum("in a folder"u8.ToArray()), _run.Baseline["a/b"].Checksum.ToArray());
        Assert.Equal(3, _run.Count(c => c.FilesSeen));
        Assert.Equal(3, _run.Count(c => c.FilesHashed));
        Assert.Equal(_run.Count(c => c.BytesSeen), _run.Count(c => c.BytesHashed));
    }

    [Fact]
    public async Task A_second_scan_of_the_same_files_reads_and_writes_nothing()
    {
        PutMany(50);
        await _run.TakeBaselineAsync();

        await _run.ScanAsync();

        Assert.Empty(_run.Storage.Opened);
        Assert.All(_run.Baseline.Batches, batch => Assert.Equal(0, batch.Effects));
        Assert.Equal(50, _run.Count(c => c.FilesSeen));
        Assert.True(_run.Baseline.Batches[^1].IsLast);
    }

    [Fact]
    public async Task Added_deleted_and_modified_are_told_apart()
    {
        PutMany(10);
        await _run.TakeBaselineAsync();
        _run.Storage.Remove("dir/003");
        _run.Storage.Put("dir/004", "longer than before", mtimeNs: 2);
        _run.Storage.Put("dir/new", "new");

        await _run.ScanAsync();

        Assert.Equal(["deleted dir/003", "modified dir/004", "added dir/new"], Sorted(_run.Baseline.Events, bySecond: true));
        Assert.Equal(FileState.Deleted, _run.Baseline["dir/003"].State);
    }

    [Fact]
    public async Task A_touched_file_moves_the_baseline_and_is_no_event()
    {
        _run.Storage.Put("f", "same", mtimeNs: 1);
        await _run.TakeBaselineAsync();
        _run.Storage.Put("f", "same", mtimeNs: 7);

        await _run.ScanAsync();

        Assert.Empty(_run.Baseline.Events);
        Assert.Equal(7, _run.Baseline["f"].Metadata.MtimeNs);
        Assert.Equal(RefreshKind.Touched, Assert.Single(_run.Baseline.Batches[^1].Refreshed).Kind);
    }

    [Fact]
    public async Task A_changed_mode_is_reported_without_reading_the_file()
    {
        _run.Storage.Put("f", "same");
        await _run.TakeBaselineAsync();
        _run.Storage.Put(FilePath.FromEscaped("f"), _run.Storage["f"] with { Mode = 7 });

        await _run.ScanAsync();

        var refreshed = Assert.Single(_run.Baseline.Batches[^1].Refreshed);
        Assert.Equal((RefreshKind.Attributes, false), (refreshed.Kind, refreshed.ContentWasRead));
        Assert.Equal(7, _run.Baseline["f"].Metadata.Mode);
        Assert.Empty(_run.Storage.Opened);
    }

    [Fact]
    public async Task Hidden_decay_is_corrupted_once_and_stays_so_until_restored()
    {
        _run.Storage.Put("f", "content");
        await _run.TakeBaselineAsync();
        var healthy = _run.Storage["f"];
        _run.Storage.Put(FilePath.FromEscaped("f"), healthy.WithFlippedBit());

        await _run.ScanAsync(); // Not due: nobody looked.
        Assert.Empty(_run.Baseline.Events);

        _run.Baseline.IsDue = _ => true;
        await _run.ScanAsync();
        var corrupted = Assert.Single(_run.Baseline.Batches[^1].Corrupted);
        Assert.Equal(SegmentRun.Checksum(healthy.Content), corrupted.Expected.ToArray());
        Assert.Equal(SegmentRun.Checksum(healthy.WithFlippedBit().Content), corrupted.Actual.ToArray());
        Assert.False(corrupted.IsTampered);

        _run.Baseline.IsDue = _ => false;
        await _run.ScanAsync(); // Always due while corrupted, and not reported again.
        Assert.Equal(1, _run.Count(c => c.FilesStillCorrupted));
        Assert.Equal(SegmentRun.Checksum(healthy.Content), _run.Baseline["f"].Checksum.ToArray());

        _run.Storage.Put(FilePath.FromEscaped("f"), healthy.WithFlippedBit() with { MtimeNs = 99 });
        await _run.ScanAsync(); // Touching it does not make the rot the new truth.
        Assert.Equal(["corrupted f"], _run.Baseline.Events);

        _run.Storage.Put(FilePath.FromEscaped("f"), healthy);
        await _run.ScanAsync();
        Assert.Equal(["corrupted f", "restored f"], _run.Baseline.Events);
        Assert.Equal(FileState.Present, _run.Baseline["f"].State);
    }

    [Fact]
    public async Task A_write_with_the_mtime_put_back_says_that_ctime_moved()
    {
        _run.Storage.Put("f", "content");
        await _run.TakeBaselineAsync();
        _run.Storage.Put(FilePath.FromEscaped("f"), _run.Storage["f"].WithFlippedBit() with { CtimeNs = 5 });
        _run.VerifyAll = true;

        await _run.ScanAsync();

        Assert.True(Assert.Single(_run.Baseline.Batches[^1].Corrupted).IsTampered);
    }

    [Fact]
    public async Task A_full_scan_verifies_every_file()
    {
        PutMany(23);
        await _run.TakeBaselineAsync();
        _run.VerifyAll = true;

        await _run.ScanAsync();

        Assert.Equal(23, _run.Baseline.Batches.Sum(batch => batch.Verified.Count));
        Assert.Equal(23, _run.Count(c => c.FilesVerified));
    }

    [Fact]
    public async Task A_path_that_returns_gets_its_row_back()
    {
        _run.Storage.Put("f", "one");
        await _run.TakeBaselineAsync();
        var id = _run.Baseline["f"].Id;
        _run.Storage.Remove("f");
        await _run.ScanAsync();
        _run.Storage.Put("f", "two", mtimeNs: 3);

        await _run.ScanAsync();

        Assert.Equal(["deleted f", "added f"], _run.Baseline.Events);
        Assert.Equal(id, _run.Baseline["f"].Id);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_damaged_file_that_is_gone_for_one_scan_is_damaged_when_it_returns(bool wasFound)
    {
        _run.Storage.Put("f", "content");
        await _run.TakeBaselineAsync();
        var (healthy, row) = (_run.Storage["f"], _run.Baseline["f"]);
        var damaged = healthy.WithFlippedBit() with { CtimeNs = 9 };
        _run.Storage.Put(FilePath.FromEscaped("f"), damaged);
        if (wasFound)
        {
            await _run.ScanAsync();
        }

        _run.Storage.Remove("f");
        await _run.ScanAsync();
        _run.Storage.Put(FilePath.FromEscaped("f"), damaged);
        _run.Baseline.Events.Clear();
        await _run.ScanAsync();
        await _run.ScanAsync();

        Assert.Equal(["tampered f"], _run.Baseline.Events);
        Assert.Equal(FileState.Tampered, _run.Baseline["f"].State);
        Assert.Equal((row.Id, row.Metadata), (_run.Baseline["f"].Id, _run.Baseline["f"].Metadata));
        Assert.Equal(row.Checksum.ToArray(), _run.Baseline["f"].Checksum.ToArray());

        _run.Storage.Put(FilePath.FromEscaped("f"), healthy);
        await _run.ScanAsync();
        Assert.Equal(["tampered f", "restored f"], _run.Baseline.Events);
    }

    [Fact]
    public async Task A_file_that_returns_as_it_was_or_written_anew_is_added()
    {
        _run.Storage.Put("same", "content");
        _run.Storage.Put("new", "content");
        await _run.TakeBaselineAsync();
        var (same, other) = (_run.Storage["same"], _run.Storage["new"].WithFlippedBit() with { MtimeNs = 7 });
        _run.Storage.Remove("same");
        _run.Storage.Remove("new");
        await _run.ScanAsync();
        _run.Storage.Put(FilePath.FromEscaped("same"), same with { CtimeNs = 8 });
        _run.Storage.Put(FilePath.FromEscaped("new"), other);
        _run.Baseline.Events.Clear();

        await _run.ScanAsync();

        Assert.Equal(["added new", "added same"], _run.Baseline.Events.Order(StringComparer.Ordinal));
        Assert.Equal(SegmentRun.Checksum(other.Content), _run.Baseline["new"].Checksum.ToArray());
    }

    [Fact]
    public async Task A_damaged_file_that_returns_in_another_algorithm_is_compared_in_that_of_its_row()
    {
        _run.Storage.Put("f", "content");
        _run.Algorithm = ChecksumAlgorithm.Md5;
        await _run.TakeBaselineAsync();
        var rotten = _run.Storage["f"].WithFlippedBit();
        _run.Storage.Remove("f");
        await _run.ScanAsync();
        _run.Storage.Put(FilePath.FromEscaped("f"), rotten);
        _run.Algorithm = ChecksumAlgorithm.Blake3;

        await _run.ScanAsync();

        Assert.Equal(["deleted f", "corrupted f"], _run.Baseline.Events);
        Assert.Equal(
            SegmentRun.Checksum(rotten.Content, ChecksumAlgorithm.Md5), _run.Baseline["f"].ObservedChecksum.ToArray());
    }

    [Fact]
    public async Task Another_algorithm_verifies_with_the_stored_one_first()
    {
        _run.Storage.Put("good", "content");
        _run.Storage.Put("rotten", "content");
        _run.Algorithm = ChecksumAlgorithm.Md5;
        await _run.TakeBaselineAsync();
        _run.Storage.Put(FilePath.FromEscaped("rotten"), _run.Storage["rotten"].WithFlippedBit());
        (_run.Algorithm, _run.VerifyAll) = (ChecksumAlgorithm.Blake3, true);

        await _run.ScanAsync();

        Assert.Equal(["corrupted rotten"], _run.Baseline.Events);
        Assert.Equal(ChecksumAlgorithm.Md5, _run.Baseline["rotten"].Algorithm);
        Assert.Equal(16, _run.Baseline["rotten"].ObservedChecksum.Length);
        Assert.Equal(ChecksumAlgorithm.Blake3, _run.Baseline["good"].Algorithm);
        Assert.Equal(SegmentRun.Checksum("content"u8.ToArray()), _run.Baseline["good"].Checksum.ToArray());
    }

    [Fact]
    public async Task An_unreadable_file_is_neither_deleted_nor_corrupted_and_recovers()
    {
        _run.Storage.Put("known", "content");
        await _run.TakeBaselineAsync();
        var healthy = _run.Storage["known"];
        _run.Storage.Put(FilePath.FromEscaped("known"), healthy with { ReadFault = StorageFault.ReadFailed });
        _run.Storage.Put(FilePath.FromEscaped("new"), healthy with { OpenFault = StorageFault.Denied });
        _run.VerifyAll = true;

        var result = await _run.ScanAsync();

        Assert.True(result.HadFaults);
        Assert.Equal(FileState.Unreadable, _run.Baseline["known"].State);
        Assert.Equal(FileState.Unreadable, _run.Baseline["new"].State);
        Assert.Equal(
            ["known file_unreadable", "new file_unreadable"],
            _run.Baseline.Batches.SelectMany(batch => batch.Errors).Select(error => $"{error.Path} {error.Kind}"));

        _run.Storage.Put(FilePath.FromEscaped("known"), healthy);
        _run.Storage.Put(FilePath.FromEscaped("new"), healthy);
        _run.VerifyAll = false;
        await _run.ScanAsync();
        Assert.Equal(FileState.Present, _run.Baseline["known"].State);
        Assert.Equal(FileState.Present, _run.Baseline["new"].State);
        Assert.Equal(["added new"], _run.Baseline.Events);
    }

    private void PutMany(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _run.Storage.Put($"dir/{i:000}", $"content of {i}");
        }
    }

    private static IEnumerable<string> Sorted(IEnumerable<string> events, bool bySecond) =>
        events.OrderBy(e => bySecond ? e.Split(' ', 2)[1] : e, StringComparer.Ordinal);
}
