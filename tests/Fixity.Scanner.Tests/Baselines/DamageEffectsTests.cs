using Fixity.Core;
using Fixity.Scanning;
using Fixity.Testing.Postgres;

namespace Fixity.Scanner.Tests.Baselines;

/// <summary>What is kept of damage while its file is away, and what is written when it is back.</summary>
public sealed class DamageEffectsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly FileMetadata Meta = new(100, 5, 6, 7, null, 420, 1, 2, 1);

    [Fact]
    public async Task What_was_damaged_when_it_was_left_out_is_so_when_it_is_back_without_an_event_or_is_restored()
    {
        await using var segment = await SegmentInHand.TakeAsync(database);
        await segment.CommitAsync(b => b.Appeared.AddRange([.. "abcd".Select(c => New(c.ToString()))]));
        var rows = await segment.RowsAsync();
        await segment.CommitAsync(b =>
        {
            b.Corrupted.AddRange("abc".Select(c => new CorruptedFile(
                rows[$"{c}"].Id, rows[$"{c}"].Path, Meta, ChecksumAlgorithm.Blake3, Sum(1), Sum(2), c != 'a')));
            b.Unreadable.Add(new(rows["d"].Id, false, rows["d"].Path, Meta, "denied", KeepsBaseline: true));
        });
        await segment.CommitAsync(b => b.Excluded.AddRange(rows.Values.Select(f => new ExcludedFile(f.Id, f.Path))));
        rows = await segment.RowsAsync();
        Assert.Equal(
            (FileState.Corrupted, FileState.Tampered, null),
            (rows["a"].DamagedAs, rows["b"].DamagedAs, rows["d"].DamagedAs));
        Assert.Equal("0 0", await segment.PresentAsync());

        await segment.CommitAsync(b =>
        {
            b.StillDamaged.AddRange([new(rows["a"].Id, rows["a"].Path), new(rows["d"].Id, rows["d"].Path)]);
            b.Unreadable.Add(new(rows["b"].Id, false, rows["b"].Path, Meta, "denied", KeepsBaseline: true));
            b.Restored.Add(new(
                rows["c"].Id, rows["c"].Path, Meta with { SizeBytes = 7 }, ChecksumAlgorithm.Blake3, Sum(2),
                ChecksumAlgorithm.Blake3, Sum(1)));
        });

        Assert.Equal(["corrupted a", "restored c", "tampered b", "tampered c"], (await segment.EventsAsync()).Order());
        Assert.Equal("3 207", await segment.PresentAsync());
        rows = await segment.RowsAsync();
        Assert.Equal("CorruptedTamperedPresentExcluded", string.Concat("abcd".Select(c => rows[$"{c}"].State)));
        Assert.All(rows.Values, f => Assert.Null(f.DamagedAs));
        Assert.Equal(Sum(2), rows["b"].ObservedChecksum.ToArray());
        Assert.Equal("1", await ScanAsync(segment, "files_restored"));
    }

    [Fact]
    public async Task A_file_that_was_deleted_and_returns_is_held_against_what_its_row_says()
    {
        await using var baseline = await SegmentInHand.TakeAsync(database);
        await baseline.CommitAsync(b => b.Appeared.AddRange([.. "abcde".Select(c => New(c.ToString()))]));
        await baseline.CloseAsync();
        await using var first = await SegmentInHand.TakeAsync(database, baseline.Claim.Target.Id);
        var rows = await first.RowsAsync();
        await first.CommitAsync(b => b.Corrupted.AddRange("abc".Select(c => new CorruptedFile(
            rows[$"{c}"].Id, rows[$"{c}"].Path, Meta, ChecksumAlgorithm.Blake3, Sum(1), Sum(2), IsTampered: true))));
        await first.CommitAsync(b => b.Disappeared.AddRange(rows.Values.Select(f => new DisappearedFile(
            f.Id, f.Path, f.Metadata, f.Algorithm, f.Checksum))));
        await first.CloseAsync();
        Assert.Equal("0 0", await first.PresentAsync());

        await using var segment = await SegmentInHand.TakeAsync(database, first.Claim.Target.Id);
        rows = await segment.RowsAsync();
        Assert.All("abc", c => Assert.Equal(
            (FileState.Deleted, FileState.Tampered), (rows[$"{c}"].State, rows[$"{c}"].DamagedAs)));
        Assert.Equal(Sum(2), rows["a"].ObservedChecksum.ToArray());
        await segment.CommitAsync(b =>
        {
            b.Corrupted.Add(new(
                rows["a"].Id, rows["a"].Path, Meta, ChecksumAlgorithm.Blake3, Sum(1), Sum(2), IsTampered: true));
            b.Unreadable.Add(new(rows["b"].Id, true, rows["b"].Path, Meta, "denied", KeepsBaseline: true));
            b.Appeared.Add(New("c") with { Id = rows["c"].Id });
            b.Unreadable.Add(new(rows["d"].Id, true, rows["d"].Path, Meta, "timeout", KeepsBaseline: true));
            b.Unreadable.Add(new(rows["e"].Id, true, rows["e"].Path, Meta with { SizeBytes = 7 }, "denied"));
        });

        Assert.Equal("5 407", await segment.PresentAsync());
        rows = await segment.RowsAsync();
        Assert.Equal(
            "TamperedTamperedPresentUnreadableUnreadable", string.Concat("abcde".Select(c => rows[$"{c}"].State)));
        Assert.All("abcd", c => Assert.Equal(Sum(1), rows[$"{c}"].Checksum.ToArray()));
        Assert.All("ab", c => Assert.Equal(Sum(2), rows[$"{c}"].ObservedChecksum.ToArray()));
        Assert.False(rows["e"].HasChecksum);
        Assert.True(rows["d"].IsBackedOff);
        Assert.Equal("0 1", await ScanAsync(segment, "files_corrupted, files_tampered"));

        await segment.CloseAsync();
        Assert.Equal(
            ["added b t", "added c t", "added d f", "added e f", "tampered a t"],
            await database.ListAsync($"""
                select concat_ws(' ', type, path, new_checksum is not null) from scanner.change_events
                where scan_id = {segment.Claim.ScanId} order by type, path
                """));
        Assert.Equal("4", await ScanAsync(segment, "files_added"));
    }

    [Fact]
    public async Task Attributes_that_changed_beside_the_content_are_an_event_of_their_own_and_are_followed()
    {
        await using var segment = await SegmentInHand.TakeAsync(database, tells: true);
        await segment.CommitAsync(b => b.Appeared.AddRange([New("edited"), New("damaged"), New("quiet")]));
        var rows = await segment.RowsAsync();
        var now = Meta with { SizeBytes = 7, MtimeNs = 50, CtimeNs = 51, Mode = 493, Uid = 9 };

        await segment.CommitAsync(b =>
        {
            b.Modified.Add(new(
                rows["edited"].Id, rows["edited"].Path, Meta, now, ChecksumAlgorithm.Blake3, Sum(1),
                ChecksumAlgorithm.Blake3, Sum(3)));
            b.Corrupted.Add(new(
                rows["damaged"].Id, rows["damaged"].Path, Meta, ChecksumAlgorithm.Blake3, Sum(1), Sum(2), true));
            b.Attributes.AddRange(rows.Values.Select(f => new AttributesFile(
                f.Id, f.Path, Meta, now, new ExtendedAttributes(11, null, null),
                f == rows["quiet"] ? null : [new AttributeChange("mode", "0644", "0755")])));
        });

        const string Details = """{"attributes": [{"new": "0755", "old": "0644", "name": "mode"}]}""";
        Assert.Equal(
            [$"attributes damaged {Details}", "tampered damaged", $"attributes edited {Details}", "modified edited"],
            await segment.EventsAsync());
        const string Row = "state, size, mtime_ns, ctime_ns, mode, uid, acl_digest";
        Assert.Equal("5 100 5 6 493 9 11", await segment.FileAsync("damaged", Row));
        Assert.Equal("1 7 50 51 493 9 11", await segment.FileAsync("edited", Row));
        Assert.Equal("1 100 5 6 493 9 11", await segment.FileAsync("quiet", Row));
        Assert.Equal("3 207", await segment.PresentAsync());
    }

    [Fact]
    public async Task Digests_that_were_missing_are_kept_with_the_verification_and_those_of_other_content_never()
    {
        await using var segment = await SegmentInHand.TakeAsync(database);
        var (large, groups) = (Meta with { SizeBytes = 2 << 20 }, new byte[128]);
        await segment.CommitAsync(b => b.Appeared.AddRange(
        [
            New("big") with { Metadata = large }, New("mapped") with { Metadata = large, Groups = groups },
            New("small"),
        ]));
        var rows = await segment.RowsAsync();
        Assert.Equal((false, true, false), (rows["big"].HasGroups, rows["mapped"].HasGroups, rows["small"].HasGroups));

        await segment.CommitAsync(b =>
        {
            b.Verified.Add(new(rows["big"].Id, rows["big"].Path, groups));
            b.Verified.Add(new(rows["mapped"].Id, rows["mapped"].Path));
        });
        rows = await segment.RowsAsync();
        Assert.Equal((true, true, false), (rows["big"].HasGroups, rows["mapped"].HasGroups, rows["small"].HasGroups));

        await segment.CommitAsync(b => b.Refreshed.Add(new(
            rows["mapped"].Id, rows["mapped"].Path, RefreshKind.FirstRead, large, large, true,
            ChecksumAlgorithm.Blake3, Sum(4))));
        Assert.False((await segment.RowsAsync())["mapped"].HasGroups);
    }

    private static AppearedFile New(string path) => new(
        null, FilePath.FromEscaped(path), Meta, ChecksumAlgorithm.Blake3, Sum(1));

    private static byte[] Sum(byte fill)
    {
        var sum = new byte[32];
        Array.Fill(sum, fill);
        return sum;
    }

    private Task<string?> ScanAsync(SegmentInHand segment, string columns) => database.ScalarAsync<string>(
        $"select concat_ws(' ', {columns}) from scheduler.scans where id = {segment.Claim.ScanId}");
}
