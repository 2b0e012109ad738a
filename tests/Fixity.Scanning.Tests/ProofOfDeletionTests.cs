using Fixity.Core;
using Fixity.Storage;

namespace Fixity.Scanning.Tests;

public sealed class ProofOfDeletionTests : IDisposable
{
    private readonly SegmentRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Another_identity_before_the_scan_commits_nothing()
    {
        await BaselineOfAsync("a", "b");
        _run.ExpectedIdentity = "fake:1";
        _run.Storage.Identity = "fake:2";

        var refused = await Assert.ThrowsAsync<StorageIdentityChangedException>(() => _run.ScanAsync());

        Assert.Equal(("fake:1", "fake:2"), (refused.Expected, refused.Actual));
        Assert.Empty(_run.Baseline.Batches);
    }

    [Fact]
    public async Task An_unreachable_root_is_out_of_reach_and_not_another_storage()
    {
        _run.Storage.Identity = null;

        var refused = await Assert.ThrowsAsync<StorageIdentityChangedException>(() => _run.ScanAsync());

        Assert.Null(refused.Actual);
        Assert.IsType<StorageException>(refused.InnerException);
    }

    [Fact]
    public async Task A_root_that_changes_during_the_walk_takes_its_deletions_with_it()
    {
        await BaselineOfAsync("a", "b", "c");
        _run.Storage.Remove("b");
        _run.Storage.Put("c", "changed", mtimeNs: 9);
        _run.Storage.Opening = (_, _) =>
        {
            _run.Storage.Identity = "fake:2";
            return Task.CompletedTask;
        };

        await Assert.ThrowsAsync<StorageIdentityChangedException>(() => _run.ScanAsync());

        Assert.Empty(_run.Baseline.Events);
        Assert.Equal(FileState.Present, _run.Baseline["b"].State);
    }

    [Fact]
    public async Task Files_below_a_folder_that_cannot_be_listed_are_unknown_and_others_are_judged()
    {
        await BaselineOfAsync("dir.txt", "dir/1", "dir/sub/2", "dir0", "gone");
        foreach (var path in (string[])["dir.txt", "dir/1", "dir/sub/2", "gone"])
        {
            _run.Storage.Remove(path);
        }

        _run.Storage.ListingFaults[FilePath.FromEscaped("dir/")] = StorageFault.Denied;

        var result = await _run.ScanAsync();

        Assert.True(result.HadFaults);
        Assert.Equal(["deleted dir.txt", "deleted gone"], _run.Baseline.Events);
        Assert.Equal(2, _run.Count(c => c.FilesUnknown));
        var range = Assert.Single(_run.Baseline.Batches.SelectMany(batch => batch.UnknownRanges));
        Assert.Equal(("dir/", "denied"), (range.Prefix.ToString(), range.Cause));
        var error = Assert.Single(_run.Baseline.Batches.SelectMany(batch => batch.Errors));
        Assert.Equal(("dir/", "directory_unreadable"), (error.Path.ToString(), error.Kind));
    }

    [Fact]
    public async Task A_target_that_cannot_be_listed_at_all_is_unknown_as_a_whole()
    {
        await BaselineOfAsync("a", "b/c");
        _run.Storage.ListingFaults[default] = StorageFault.ReadFailed;

        await _run.ScanAsync();

        Assert.Empty(_run.Baseline.Events);
        Assert.Equal(2, _run.Count(c => c.FilesUnknown));
    }

    [Fact]
    public async Task A_resumed_scan_still_knows_that_the_rest_of_a_folder_is_unknown()
    {
        await BaselineOfAsync("dir/1", "dir/2", "dir/3");
        _run.Storage.Remove("dir/2");
        _run.Storage.Remove("dir/3");
        _run.Storage.ListingFaults[FilePath.FromEscaped("dir/")] = StorageFault.ReadFailed;
        _run.Range = new PathRange(default, After: FilePath.FromEscaped("dir/1"));
        _run.Baseline.NewScan();

        await new SegmentScanner(
            _run.Storage, _run.Baseline, _run.Baseline, _run.Control, _run.Limits, TimeProvider.System).RunAsync(
            new SegmentPlan(_run.Range, null, ChecksumAlgorithm.Blake3), CancellationToken.None);

        Assert.Empty(_run.Baseline.Events);
        Assert.Equal(2, _run.Count(c => c.FilesUnknown));
    }

    [Fact]
    public async Task A_file_whose_place_a_fifo_took_is_deleted_and_the_fifo_never_opened()
    {
        await BaselineOfAsync("f");
        _run.Storage.Remove("f");
        _run.Storage.Specials[FilePath.FromEscaped("f")] = SkipKind.Fifo;

        var result = await _run.ScanAsync();

        Assert.False(result.HadFaults);
        Assert.Equal(["deleted f"], _run.Baseline.Events);
        Assert.Equal(1, _run.Count(c => c.FilesSkipped));
        Assert.Empty(_run.Storage.Opened);
    }

    [Fact]
    public async Task A_mount_over_a_known_folder_hides_its_files_and_one_over_an_unknown_folder_is_just_skipped()
    {
        await BaselineOfAsync("known/1", "known/2", "z");
        _run.Storage.Remove("known/1");
        _run.Storage.Remove("known/2");
        _run.Storage.Specials[FilePath.FromEscaped("known/")] = SkipKind.Mount;
        _run.Storage.Specials[FilePath.FromEscaped("other/")] = SkipKind.Mount;

        var result = await _run.ScanAsync();

        Assert.True(result.HadFaults);
        Assert.Empty(_run.Baseline.Events);
        Assert.Equal(2, _run.Count(c => c.FilesUnknown));
        Assert.Equal("known/", Assert.Single(_run.Baseline.Batches.SelectMany(b => b.UnknownRanges)).Prefix.ToString());
    }

    [Fact]
    public async Task A_name_without_metadata_is_unreadable_and_not_deleted()
    {
        await BaselineOfAsync("f");
        _run.Storage.Remove("f");
        _run.Storage.EntryFaults[FilePath.FromEscaped("f")] = StorageFault.ReadFailed;

        await _run.ScanAsync();

        Assert.Empty(_run.Baseline.Events);
        Assert.Equal(FileState.Unreadable, _run.Baseline["f"].State);
    }

    [Fact]
    public async Task A_file_that_vanishes_before_it_is_opened_is_left_for_the_next_scan()
    {
        await BaselineOfAsync("f", "g");
        _run.VerifyAll = true;
        _run.Storage.Opening = (path, _) =>
        {
            _run.Storage.Remove(path);
            return Task.CompletedTask;
        };

        var result = await _run.ScanAsync();

        Assert.False(result.HadFaults);
        Assert.Empty(_run.Baseline.Events);
        _run.Storage.Opening = null;
        await _run.ScanAsync();
        Assert.Equal(["deleted f", "deleted g"], _run.Baseline.Events);
    }

    [Fact]
    public async Task Every_file_deleted_on_the_same_storage_is_deleted()
    {
        await BaselineOfAsync("a", "b", "c");
        foreach (var path in (string[])["a", "b", "c"])
        {
            _run.Storage.Remove(path);
        }

        await _run.ScanAsync();

        Assert.Equal(["deleted a", "deleted b", "deleted c"], _run.Baseline.Events);
    }

    [Fact]
    public async Task A_file_missed_by_the_listing_is_deleted_only_when_a_second_look_finds_nothing()
    {
        await BaselineOfAsync("d/denied", "d/gone", "d/missed");
        _run.Baseline.NewScan();
        var listing = new AnotherListing(_run.Storage, [], path => path.ToString() switch
        {
            "d/denied" => throw new StorageException(StorageFault.Denied, path, "as the test asked"),
            "d/missed" => StorageEntry.File(path, _run.Storage["d/missed"].Metadata),
            _ => null,
        });

        var result = await new SegmentScanner(
            listing, _run.Baseline, _run.Baseline, _run.Control, _run.Limits, TimeProvider.System).RunAsync(
            new SegmentPlan(default, null, ChecksumAlgorithm.Blake3), CancellationToken.None);

        Assert.True(result.HadFaults);
        Assert.Equal(["deleted d/gone"], _run.Baseline.Events);
        var range = Assert.Single(_run.Baseline.Batches.SelectMany(batch => batch.UnknownRanges));
        Assert.Equal(("d/", "denied"), (range.Prefix.ToString(), range.Cause));
    }

    private async Task BaselineOfAsync(params string[] paths)
    {
        foreach (var path in paths)
        {
            _run.Storage.Put(path, $"content of {path}");
        }

        await _run.TakeBaselineAsync();
    }
}
