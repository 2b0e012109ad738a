using Fixity.Core;
using Fixity.Storage;
using Fixity.Testing.Storage;

namespace Fixity.Scanning.Tests;

/// <summary>File systems that are mounted below the root: one that is away is not a deletion of its files.</summary>
public sealed class MountsBelowTests : IDisposable
{
    private static readonly FilePath Mount = FilePath.FromEscaped("mnt/");

    private readonly SegmentRun _run = new();

    public MountsBelowTests()
    {
        _run.Limits = _run.Limits with { BatchSize = 2 };
        Put("a", "mnt-not", "mnt/1", "mnt/2", "mnt/in/3", "mnt0", "z");
        _run.Storage.Mounts[Mount] = "fs:1";
    }

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task A_mount_is_recorded_with_its_first_file_and_costs_no_write_from_then_on()
    {
        await _run.ScanAsync();

        Assert.Equal([new RecordedMount(Mount, "fs:1")], _run.Baseline.Mounts.Values);
        var first = _run.Baseline.Batches.First(b => b.Appeared.Any(f => f.Path.IsBelow(Mount)) || b.Mounts.Count > 0);
        Assert.NotEmpty(first.Mounts);

        _run.Baseline.Batches.Clear();
        await _run.ScanAsync();
        Assert.All(_run.Baseline.Batches, batch => Assert.Equal(0, batch.Effects));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("fs:2")]
    public async Task What_was_on_a_mount_that_is_missing_or_another_is_unknown_whatever_lies_there_now(string? now)
    {
        await _run.TakeBaselineAsync();
        Unmount(now);
        Put("mnt/1", "mnt/below", "mnt/in/deep");
        _run.Storage.Remove("a");

        var result = await _run.ScanAsync();

        Assert.True(result.HadFaults);
        Assert.Equal(["deleted a"], _run.Baseline.Events);
        Assert.Equal(3, _run.Count(c => c.FilesUnknown));
        Assert.Equal(3, _run.Count(c => c.FilesSeen));
        Assert.Equal(["mnt/ mount_missing"], Ranges());
        Assert.Contains(now ?? "not mounted", Assert.Single(Errors("mount_missing")).Message, StringComparison.Ordinal);
        Assert.Equal([new RecordedMount(Mount, "fs:1")], _run.Baseline.Mounts.Values);

        Mounted("fs:1", "mnt/1", "mnt/2", "mnt/in/3");
        _run.Baseline.Events.Clear();
        await _run.ScanAsync();
        Assert.Empty(_run.Baseline.Events);
    }

    [Fact]
    public async Task A_mount_point_that_is_gone_altogether_deletes_nothing_even_at_the_end_of_the_walk()
    {
        await _run.TakeBaselineAsync();
        Unmount(null);
        _run.Storage.Remove("mnt0");
        _run.Storage.Remove("z");

        await _run.ScanAsync();

        Assert.Equal(["deleted mnt0", "deleted z"], _run.Baseline.Events);
        Assert.Equal(["mnt/ mount_missing"], Ranges());
    }

    [Fact]
    public async Task An_empty_mount_that_is_missing_is_said_too()
    {
        _run.Storage.Mounts[FilePath.FromEscaped("zz/")] = "fs:2";
        _run.Storage.Mounts[FilePath.FromEscaped("zzz/")] = "fs:3";
        await _run.TakeBaselineAsync();
        _run.Storage.Mounts.Remove(FilePath.FromEscaped("zz/"));
        _run.Storage.Mounts.Remove(FilePath.FromEscaped("zzz/"));

        await _run.ScanAsync();

        Assert.Equal(["zz/ mount_missing", "zzz/ mount_missing"], Ranges());
    }

    [Fact]
    public async Task A_person_who_says_that_the_storage_is_new_ends_what_is_gone_and_takes_what_is_there()
    {
        _run.Storage.Mounts[FilePath.FromEscaped("other/")] = "fs:5";
        Put("other/x", "other/y");
        await _run.TakeBaselineAsync();
        Unmount(null);
        Put("mnt/below");
        _run.Storage.Mounts[FilePath.FromEscaped("other/")] = "fs:6";
        _run.Storage.Remove("other/y");
        _run.Baseline.ResetIdentity();

        var result = await _run.ScanAsync();

        Assert.False(result.HadFaults);
        Assert.Equal(
            ["added mnt/below", "deleted mnt/1", "deleted mnt/2", "deleted mnt/in/3", "deleted other/y"],
            _run.Baseline.Events.Order());
        Assert.Equal([new RecordedMount(FilePath.FromEscaped("other/"), "fs:6")], _run.Baseline.Mounts.Values);
    }

    [Fact]
    public async Task A_mount_over_files_that_were_watched_hides_them_until_a_person_says_that_it_may()
    {
        _run.Storage.Mounts.Clear();
        await _run.TakeBaselineAsync();
        Mounted("fs:9", "mnt/new");

        await _run.ScanAsync();
        await _run.ScanAsync();

        Assert.Empty(_run.Baseline.Events);
        Assert.Equal(["mnt/ mount_over_files", "mnt/ mount_over_files"], Ranges());
        Assert.Equal([new RecordedMount(Mount, null)], _run.Baseline.Mounts.Values);

        Unmount(null);
        Put("mnt/1", "mnt/2", "mnt/in/3");
        await _run.ScanAsync();
        Assert.Equal(2, Ranges().Count);
        Assert.Empty(_run.Baseline.Events);

        Mounted("fs:9", "mnt/new");
        _run.Baseline.ResetIdentity();
        await _run.ScanAsync();
        Assert.Equal(
            ["added mnt/new", "deleted mnt/1", "deleted mnt/2", "deleted mnt/in/3"], _run.Baseline.Events.Order());
        Assert.Equal([new RecordedMount(Mount, "fs:9")], _run.Baseline.Mounts.Values);
    }

    [Fact]
    public async Task A_scan_that_broke_off_inside_a_mount_has_recorded_it()
    {
        _run.Storage.Opening = (path, _) =>
        {
            if (path.ToString() == "mnt/2")
            {
                _run.Control.Stop();
            }

            return Task.CompletedTask;
        };
        await _run.ScanAsync();
        Assert.Contains(FilePath.FromEscaped("mnt/1"), _run.Baseline.Rows.Keys);
        Assert.Equal([new RecordedMount(Mount, "fs:1")], _run.Baseline.Mounts.Values);
    }

    [Fact]
    public async Task A_segment_that_begins_or_goes_on_inside_a_missing_mount_knows_it_and_the_checkpoint_stays()
    {
        await _run.TakeBaselineAsync();
        Unmount(null);
        _run.Range = new PathRange(FilePath.FromEscaped("mnt/2"));

        await _run.ScanAsync();

        Assert.Empty(_run.Baseline.Events);
        Assert.Equal(2, _run.Count(c => c.FilesUnknown));

        _run.Range = new PathRange(default, After: FilePath.FromEscaped("mnt/2"));
        _run.Baseline.NewScan();
        _run.Baseline.Batches.Clear();
        await new SegmentScanner(
            _run.Storage, _run.Baseline, _run.Baseline, _run.Control, _run.Limits, TimeProvider.System).RunAsync(
            new SegmentPlan(_run.Range, null, ChecksumAlgorithm.Blake3, Mounts: [.. _run.Baseline.Mounts.Values]),
            CancellationToken.None);

        Assert.Empty(_run.Baseline.Events);
        Assert.Equal(1, _run.Count(c => c.FilesUnknown));
        Assert.All(_run.Baseline.Batches, b => Assert.True(b.Checkpoint >= FilePath.FromEscaped("mnt/2")));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_listed_inside_a_missing_mount_makes_nothing_of_it_known()
    {
        await _run.TakeBaselineAsync();
        Unmount(null);
        _run.Storage.ListingFaults[FilePath.FromEscaped("mnt/13/")] = StorageFault.Denied;

        await _run.ScanAsync();

        Assert.Empty(_run.Baseline.Events);
        Assert.Equal(["mnt/ mount_missing"], Ranges());
    }

    [Fact]
    public async Task A_mount_that_cannot_be_listed_is_told_as_that()
    {
        await _run.TakeBaselineAsync();
        _run.Storage.ListingFaults[Mount] = StorageFault.ReadFailed;

        await _run.ScanAsync();

        Assert.Empty(_run.Baseline.Events);
        Assert.Equal(["mnt/ read_failed"], Ranges());
    }

    [Fact]
    public async Task A_missing_mount_that_the_patterns_leave_out_is_no_fault()
    {
        await _run.TakeBaselineAsync();
        Unmount(null);
        _run.Options = new TargetOptions { Exclude = ["/mnt/"] };

        var result = await _run.ScanAsync();

        Assert.False(result.HadFaults);
        Assert.Empty(_run.Baseline.Events);
        Assert.Equal(FileState.Excluded, _run.Baseline["mnt/1"].State);
    }

    [Fact]
    public async Task A_file_with_something_mounted_over_it_is_held_to_that()
    {
        var file = FilePath.FromEscaped("mnt-not");
        _run.Storage.Mounts[file] = "fs:3";
        await _run.TakeBaselineAsync();
        _run.Storage.Mounts.Remove(file);
        _run.Storage.Put("mnt-not", "the empty place below", mtimeNs: 77);

        await _run.ScanAsync();

        Assert.Empty(_run.Baseline.Events);
        Assert.Equal(["mnt-not mount_missing"], Ranges());
        Assert.Equal(1, _run.Baseline["mnt-not"].Metadata.MtimeNs);
    }

    [Fact]
    public async Task A_mount_that_is_not_crossed_any_more_is_named_with_what_to_do()
    {
        await _run.TakeBaselineAsync();
        Unmount(null);
        _run.Storage.Specials[Mount] = SkipKind.Mount;

        await _run.ScanAsync();

        Assert.Empty(_run.Baseline.Events);
        Assert.Equal(["mnt/ mount"], Ranges());
        var error = Assert.Single(Errors("mount_not_crossed"));
        Assert.Equal(Mount, error.Path);
        Assert.Contains("crossMounts", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_on_another_device_than_when_it_was_listed_is_left_to_the_next_scan()
    {
        await _run.TakeBaselineAsync();
        var listed = _run.Storage["mnt/1"];
        _run.Storage.Put(FilePath.FromEscaped("mnt/1"), listed with { MtimeNs = 5 });
        _run.Storage.Opening = (path, _) =>
        {
            _run.Storage.Put(path, new FakeFile("the file below"u8.ToArray(), 5) { Device = 2 });
            return Task.CompletedTask;
        };

        await _run.ScanAsync();

        Assert.Empty(_run.Baseline.Events);
    }

    private void Unmount(string? other)
    {
        _run.Storage.Mounts.Remove(Mount);
        if (other is not null)
        {
            _run.Storage.Mounts[Mount] = other;
        }

        foreach (var path in _run.Storage.Files.Keys.Where(path => path.IsBelow(Mount)).ToList())
        {
            _run.Storage.Remove(path);
        }
    }

    private void Mounted(string identity, params string[] paths)
    {
        Unmount(identity);
        Put(paths);
    }

    private void Put(params string[] paths) => Array.ForEach(paths, path => _run.Storage.Put(path, $"content of {path}"));

    private List<string> Ranges() =>
        [.. _run.Baseline.Batches.SelectMany(b => b.UnknownRanges).Select(range => $"{range.Prefix} {range.Cause}")];

    private IEnumerable<ScanFault> Errors(string kind) =>
        _run.Baseline.Batches.SelectMany(b => b.Errors).Where(error => error.Kind == kind);
}
