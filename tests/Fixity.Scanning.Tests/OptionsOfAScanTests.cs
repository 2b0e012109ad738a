using Fixity.Core;
using Fixity.Testing.Storage;

namespace Fixity.Scanning.Tests;

/// <summary>What a target's options make of a scan.</summary>
public sealed class OptionsOfAScanTests : IDisposable
{
    private readonly SegmentRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task A_touched_file_is_told_to_those_who_asked()
    {
        _run.Storage.Put("f", "same", mtimeNs: 1);
        await _run.TakeBaselineAsync();
        _run.Storage.Put("f", "same", mtimeNs: 7);
        _run.Options = new TargetOptions { ReportTouched = true };

        await _run.ScanAsync();

        Assert.Equal(["touched f"], _run.Baseline.Events);
    }

    [Fact]
    public async Task A_ctime_that_moved_alone_makes_the_file_be_read_once_and_is_no_event()
    {
        _run.Storage.Put("f", "same");
        await _run.TakeBaselineAsync();
        _run.Storage.Put(Path("f"), _run.Storage["f"] with { CtimeNs = 9 });
        _run.Options = new TargetOptions { ReportTouched = true };

        await _run.ScanAsync();
        await _run.ScanAsync();

        Assert.Single(_run.Storage.Opened);
        Assert.Empty(_run.Baseline.Events);
        Assert.Equal(9, _run.Baseline["f"].Metadata.CtimeNs);
    }

    [Fact]
    public async Task What_is_tampered_with_is_found_by_the_next_scan_whoever_is_due()
    {
        _run.Storage.Put("f", "content");
        await _run.TakeBaselineAsync();
        var healthy = _run.Storage["f"];
        _run.Storage.Put(Path("f"), healthy.WithFlippedBit() with { CtimeNs = 5 });

        await _run.ScanAsync();

        Assert.Equal(["tampered f"], _run.Baseline.Events);
        Assert.Equal((true, 5), (Corrupted().IsTampered, Corrupted().ObservedCtimeNs));
        Assert.Equal(FileState.Tampered, _run.Baseline["f"].State);

        await _run.ScanAsync();
        Assert.Equal(1, _run.Baseline.Batches[^1].Counters.FilesStillCorrupted);
        _run.Storage.Put(Path("f"), healthy);
        await _run.ScanAsync();
        Assert.Equal(["tampered f", "restored f"], _run.Baseline.Events);
    }

    [Fact]
    public async Task Extended_attributes_are_read_when_they_may_have_changed_and_reported_with_both_values()
    {
        _run.Options = new TargetOptions { WatchedAttributes = ["acl", "xattrs"] };
        _run.Storage.Put(Path("f"), new FakeFile([1], 1) { Attributes = new ExtendedAttributes(7, 0, 9) });
        await _run.TakeBaselineAsync();
        Assert.Equal(new ExtendedAttributes(7, 0, null), _run.Baseline["f"].Extended);

        await _run.ScanAsync();
        Assert.Equal(0, _run.Baseline.Batches.Sum(batch => batch.Effects));

        _run.Storage.Put(
            Path("f"), _run.Storage["f"] with { CtimeNs = 5, Attributes = new ExtendedAttributes(8, 0, 9) });
        await _run.ScanAsync();

        Assert.Equal(["attributes f"], _run.Baseline.Events);
        var refreshed = Assert.Single(_run.Baseline.Batches.SelectMany(batch => batch.Refreshed));
        Assert.Equal([new AttributeChange("acl", "0000000000000007", "0000000000000008")], refreshed.Attributes);
    }

    [Fact]
    public async Task Attributes_that_nobody_watches_are_followed_in_silence()
    {
        _run.Options = new TargetOptions { WatchedAttributes = ["owner"] };
        _run.Storage.Put("f", "same");
        await _run.TakeBaselineAsync();
        _run.Storage.Put(Path("f"), _run.Storage["f"] with { Mode = 7, CtimeNs = 9 });

        await _run.ScanAsync();
        await _run.ScanAsync();

        Assert.Empty(_run.Baseline.Events);
        Assert.Single(_run.Storage.Opened);
        var refreshed = Assert.Single(_run.Baseline.Batches.SelectMany(batch => batch.Refreshed));
        Assert.Equal((RefreshKind.Touched | RefreshKind.Followed, 7), (refreshed.Kind, refreshed.Metadata.Mode));
    }

    [Theory]
    [InlineData("mode", "tampered f, attributes f")]
    [InlineData("acl", "tampered f")]
    public async Task Tampering_is_not_hidden_by_a_change_of_attributes_which_is_told_beside(string watched, string events)
    {
        _run.Options = new TargetOptions { WatchedAttributes = [watched] };
        _run.Storage.Put("f", "content");
        await _run.TakeBaselineAsync();
        var before = _run.Baseline["f"];
        _run.Storage.Put(Path("f"), _run.Storage["f"].WithFlippedBit() with { Mode = 7, CtimeNs = 9 });

        await _run.ScanAsync();
        await _run.ScanAsync();

        Assert.Equal(events, string.Join(", ", _run.Baseline.Events));
        Assert.Equal(before.Metadata with { Mode = 7 }, _run.Baseline["f"].Metadata);
        Assert.Equal(before.Checksum.ToArray(), _run.Baseline["f"].Checksum.ToArray());
    }

    [Fact]
    public async Task Attributes_that_changed_with_the_content_are_told_beside_it()
    {
        _run.Options = new TargetOptions { WatchedAttributes = ["mode", "acl"] };
        foreach (var path in (string[])["edited", "damaged", "restored", "unwatched"])
        {
            _run.Storage.Put(path, $"content of {path}");
        }

        await _run.TakeBaselineAsync();
        var healthy = _run.Storage["restored"];
        _run.Storage.Put(Path("damaged"), _run.Storage["damaged"].WithFlippedBit() with { CtimeNs = 9 });
        _run.Storage.Put(Path("restored"), healthy.WithFlippedBit() with { CtimeNs = 9 });
        await _run.ScanAsync();
        _run.Baseline.Events.Clear();
        _run.Baseline.Batches.Clear();

        var acl = new ExtendedAttributes(5, null, null);
        _run.Storage.Put(Path("edited"), new FakeFile([1], 8) { Mode = 7 });
        _run.Storage.Put(Path("damaged"), _run.Storage["damaged"] with { Mode = 7, CtimeNs = 10, Attributes = acl });
        _run.Storage.Put(Path("restored"), healthy with { Mode = 7, CtimeNs = 10 });
        await _run.ScanAsync();
        await _run.ScanAsync();

        Assert.Equal(
            ["attributes damaged", "attributes edited", "attributes restored", "modified edited", "restored restored"],
            _run.Baseline.Events.Order(StringComparer.Ordinal));
        Assert.Equal(
            [new AttributeChange("mode", "0644", "0007")],
            _run.Baseline.Batches.SelectMany(batch => batch.Attributes).First(file => file.Path == Path("edited")).Changes);
        Assert.All(
            (string[])["edited", "damaged", "restored"],
            path => Assert.Equal(7, _run.Baseline[path].Metadata.Mode));
        Assert.Equal((1, acl), (_run.Baseline["damaged"].Metadata.CtimeNs, _run.Baseline["damaged"].Extended));
        Assert.Equal(FileState.Tampered, _run.Baseline["damaged"].State);
    }

    [Fact]
    public async Task An_attribute_that_changed_over_equal_content_is_told_with_the_content_read()
    {
        _run.Storage.Put("f", "same");
        await _run.TakeBaselineAsync();
        _run.Storage.Put(Path("f"), _run.Storage["f"] with { Mode = 7, CtimeNs = 9 });

        await _run.ScanAsync();

        Assert.Equal(["attributes f"], _run.Baseline.Events);
        var refreshed = Assert.Single(_run.Baseline.Batches.SelectMany(batch => batch.Refreshed));
        Assert.Equal((true, 9), (refreshed.ContentWasRead, refreshed.Metadata.CtimeNs));
    }

    [Fact]
    public async Task What_patterns_leave_out_later_is_excluded_and_judged_by_its_baseline_when_it_is_back()
    {
        foreach (var path in (string[])["keep", "logs/a", "logs/b", "logs/c"])
        {
            _run.Storage.Put(path, path);
        }

        await _run.TakeBaselineAsync();
        _run.Options = new TargetOptions { Exclude = ["logs/"] };
        await _run.ScanAsync();
        await _run.ScanAsync();

        Assert.Empty(_run.Baseline.Events);
        Assert.Equal(3, _run.Baseline.Batches.Sum(batch => batch.Excluded.Count));
        Assert.Equal(FileState.Excluded, _run.Baseline["logs/a"].State);
        Assert.Equal(6, _run.Count(c => c.FilesExcluded)); // This storage lists the folder all the same.

        _run.Storage.Remove("logs/b");
        _run.Storage.Put("logs/c", "changed", mtimeNs: 9);
        _run.Options = null;
        await _run.ScanAsync();

        Assert.Equal(["deleted logs/b", "modified logs/c"], _run.Baseline.Events.Order(StringComparer.Ordinal));
        Assert.Equal(FileState.Present, _run.Baseline["logs/a"].State);
    }

    [Fact]
    public async Task A_damaged_file_that_patterns_left_out_for_a_while_is_not_said_to_be_damaged_again()
    {
        _run.Storage.Put("logs/a", "content a");
        _run.Storage.Put("logs/b", "content b");
        await _run.TakeBaselineAsync();
        var healthy = _run.Storage["logs/b"];
        _run.Storage.Put(Path("logs/a"), _run.Storage["logs/a"].WithFlippedBit() with { CtimeNs = 9 });
        _run.Storage.Put(Path("logs/b"), healthy.WithFlippedBit() with { CtimeNs = 9 });
        await _run.ScanAsync();
        _run.Options = new TargetOptions { Exclude = ["logs/"] };
        await _run.ScanAsync();
        _run.Baseline.Events.Clear();

        _run.Storage.Put(Path("logs/b"), healthy with { CtimeNs = 10 });
        _run.Options = null;
        await _run.ScanAsync();

        Assert.Equal(["restored logs/b"], _run.Baseline.Events);
        Assert.Equal(FileState.Tampered, _run.Baseline["logs/a"].State);
        Assert.Equal(1, _run.Count(c => c.FilesStillCorrupted));

        await _run.ScanAsync();
        Assert.Equal(["restored logs/b"], _run.Baseline.Events);
    }

    [Fact]
    public async Task A_file_whose_reading_hung_is_left_alone_and_said_to_be()
    {
        _run.Storage.Put("f", "content");
        await _run.TakeBaselineAsync();
        _run.Baseline.Set(_run.Baseline["f"] with { IsBackedOff = true, State = FileState.Unreadable });
        (_run.VerifyAll, var opened) = (true, _run.Storage.Opened.Count);

        var result = await _run.ScanAsync();

        Assert.True(result.HadFaults);
        Assert.Equal(opened, _run.Storage.Opened.Count);
        Assert.Equal(1, _run.Count(c => c.FilesBackedOff));
        Assert.Equal("timeout", Assert.Single(_run.Baseline.Batches.SelectMany(batch => batch.Errors)).Kind);
    }

    [Fact]
    public async Task Damage_of_a_large_file_is_found_to_the_place()
    {
        var content = new byte[(1 << 20) + 100_000];
        new Random(1).NextBytes(content);
        _run.Storage.Put(Path("big"), new FakeFile(content, 1));
        _run.Storage.Put("small", "content");
        await _run.TakeBaselineAsync();
        Assert.Single(_run.Baseline.Groups);
        _run.Storage.Put(Path("big"), _run.Storage["big"].WithFlippedBit(700_000).WithFlippedBit(content.Length - 1));
        _run.Storage.Put(Path("small"), _run.Storage["small"].WithFlippedBit());
        _run.VerifyAll = true;

        await _run.ScanAsync();

        var damage = _run.Baseline.Batches.SelectMany(batch => batch.Corrupted).ToDictionary(
            file => file.Path.ToString(), file => file.Damage);
        Assert.Null(damage["small"]);
        Assert.Equal(
            [new ByteRange(655_360, 65_536), new ByteRange(1_114_112, content.Length - 1_114_112)], damage["big"]);
    }

    [Theory]
    [InlineData("verified")]
    [InlineData("touched")]
    [InlineData("accepted")]
    public async Task A_damage_map_that_is_missing_is_made_when_the_content_is_read_and_equal(string how)
    {
        var content = new byte[(1 << 20) + 100_000];
        new Random(1).NextBytes(content);
        _run.Options = new TargetOptions { DamageMap = false };
        _run.Storage.Put(Path("big"), new FakeFile(content, 1));
        await _run.TakeBaselineAsync();
        _run.Options = null;
        await _run.ScanAsync();
        Assert.Empty(_run.Baseline.Groups); // Nobody read it.

        var isTouched = how == "touched";
        _run.Storage.Put(Path("big"), _run.Storage["big"] with { MtimeNs = isTouched ? 5 : 1 });
        if (how == "accepted")
        {
            _run.Storage.Put(Path("big"), _run.Storage["big"].WithFlippedBit(9) with { CtimeNs = 9 });
            await _run.ScanAsync();
            var row = _run.Baseline["big"];
            Assert.Empty(_run.Baseline.Groups); // Of what nobody accepted there is none.
            _run.Baseline.Set(row with { State = FileState.Present, Checksum = row.ObservedChecksum });
        }

        _run.VerifyAll = true;
        await _run.ScanAsync();
        Assert.Equal((content.Length + 65_535) / 65_536 * 4, Assert.Single(_run.Baseline.Groups).Value.Length);

        _run.Storage.Put(Path("big"), _run.Storage["big"].WithFlippedBit(700_000));
        await _run.ScanAsync();
        Assert.Equal([new ByteRange(655_360, 65_536)], _run.Baseline.Batches[^1].Corrupted[0].Damage);
    }

    [Fact]
    public async Task A_damage_map_that_is_there_is_not_written_again()
    {
        _run.Storage.Put(Path("big"), new FakeFile(new byte[2 << 20], 1));
        await _run.TakeBaselineAsync();
        _run.VerifyAll = true;

        await _run.ScanAsync();

        Assert.True(Assert.Single(_run.Baseline.Batches.SelectMany(batch => batch.Verified)).Groups.IsEmpty);
    }

    [Fact]
    public async Task A_target_without_damage_map_keeps_none()
    {
        _run.Options = new TargetOptions { DamageMap = false };
        _run.Storage.Put(Path("big"), new FakeFile(new byte[2 << 20], 1));

        await _run.TakeBaselineAsync();

        Assert.Empty(_run.Baseline.Groups);
    }

    private CorruptedFile Corrupted() => Assert.Single(_run.Baseline.Batches.SelectMany(batch => batch.Corrupted));

    private static FilePath Path(string path) => FilePath.FromEscaped(path);
}
