using Fixity.Core;
using Fixity.Scanning;
using Fixity.Storage;
using Fixity.Testing.Postgres;
using Npgsql;

namespace Fixity.Scanner.Tests.Baselines;

/// <summary>What each finding does to the baseline, its events and its counts.</summary>
public sealed class EffectsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly FileMetadata Meta = new(100, 5, 6, 7, null, 420, 1, 2, 1);

    [Fact]
    public async Task Tampering_has_a_state_event_and_count_of_its_own_and_ends_when_the_content_is_back()
    {
        await using var segment = await SegmentInHand.TakeAsync(database);
        await segment.CommitAsync(b => b.Appeared.AddRange([New("rot"), New("tampered"), New("gone stale")]));
        var rows = await segment.RowsAsync();

        await segment.CommitAsync(b => b.Corrupted.AddRange(
        [
            new(rows["rot"].Id, rows["rot"].Path, Meta, ChecksumAlgorithm.Blake3, Sum(1), Sum(2), IsTampered: false,
                ObservedCtimeNs: 6, Damage: [new ByteRange(65536, 65536), new ByteRange(262144, 100)]),
            new(rows["tampered"].Id, rows["tampered"].Path, Meta, ChecksumAlgorithm.Blake3, Sum(1), Sum(2), IsTampered: true, 99),
            // Somebody accepted another content meanwhile: what was expected is not the baseline any more.
            new(rows["gone stale"].Id, rows["gone stale"].Path, Meta, ChecksumAlgorithm.Blake3, Sum(8), Sum(2), IsTampered: true),
        ]));

        Assert.Equal(
            [
                """corrupted rot {"damage": {"bytes": 65636, "ranges": [[65536, 65536], [262144, 100]], "truncated": false}, "observedCtimeNs": "6"}""",
                """tampered tampered {"observedCtimeNs": "99"}""",
            ],
            await segment.EventsAsync());
        Assert.Equal("1 1", await ScanAsync(segment, "files_corrupted, files_tampered"));
        rows = await segment.RowsAsync();
        Assert.Equal(
            (FileState.Corrupted, FileState.Tampered, FileState.Present),
            (rows["rot"].State, rows["tampered"].State, rows["gone stale"].State));
        Assert.True(rows["rot"].IsDue && rows["tampered"].IsDue && !rows["gone stale"].IsDue);
        Assert.Equal(Sum(2), rows["tampered"].ObservedChecksum.ToArray());
        Assert.Equal(Sum(1), rows["tampered"].Checksum.ToArray());

        await segment.CommitAsync(b => b.Restored.AddRange(rows.Values.Where(f => f.IsDamaged).Select(f => new RestoredFile(
            f.Id, f.Path, Meta with { MtimeNs = 50 }, ChecksumAlgorithm.Blake3, Sum(2),
            ChecksumAlgorithm.Blake3, Sum(1)))));

        Assert.Equal("2", await ScanAsync(segment, "files_restored"));
        Assert.Equal("1 50 t", await segment.FileAsync("tampered", "state, mtime_ns, observed_checksum is null"));
        Assert.Equal("3 300", await segment.PresentAsync());
    }

    [Fact]
    public async Task Only_so_many_damaged_ranges_are_kept_and_it_is_said_that_there_were_more()
    {
        await using var segment = await SegmentInHand.TakeAsync(database);
        await segment.CommitAsync(b => b.Appeared.Add(New("sieve")));
        var row = (await segment.RowsAsync())["sieve"];

        await segment.CommitAsync(b => b.Corrupted.Add(new(
            row.Id, row.Path, Meta, ChecksumAlgorithm.Blake3, Sum(1), Sum(2), false, 6,
            [.. Enumerable.Range(0, 1_234).Select(i => new ByteRange(i * 131072L, 65536))])));

        Assert.Equal("1000 true 80871424", await database.ScalarAsync<string>($"""
            select concat_ws(' ', jsonb_array_length(details #> '{"{damage,ranges}"}'), details #> '{"{damage,truncated}"}',
                details #> '{"{damage,bytes}"}')
            from scanner.change_events where scan_id = {segment.Claim.ScanId}
            """));
    }

    [Fact]
    public async Task What_a_storage_says_of_content_goes_with_what_happened_to_it()
    {
        await using var segment = await SegmentInHand.TakeAsync(database, tells: true);
        await segment.CommitAsync(b => b.Appeared.AddRange([New("edited"), New("plain"), New("rot")]));
        var rows = await segment.RowsAsync();
        var said = new StorageEvidence("e1", null, new Dictionary<string, string> { ["crc64nvme"] = "00ff" });

        await segment.CommitAsync(b =>
        {
            foreach (var name in (string[])["edited", "plain"])
            {
                b.Modified.Add(new(
                    rows[name].Id, rows[name].Path, Meta, Meta with { MtimeNs = 9 }, ChecksumAlgorithm.Blake3, Sum(1),
                    ChecksumAlgorithm.Blake3, Sum(2), Evidence: name == "edited" ? said : null));
            }

            b.Corrupted.Add(new(
                rows["rot"].Id, rows["rot"].Path, Meta, ChecksumAlgorithm.Blake3, Sum(1), Sum(2), false, Evidence: said));
        });

        const string json = """{"storage": {"tag": "e1", "version": null, "checksums": {"crc64nvme": "00ff"}}}""";
        Assert.Equal(
            [$"corrupted rot {json}", $"modified edited {json}", "modified plain"],
            (await segment.EventsAsync()).Select(line => line.TrimEnd()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Touched_and_attributes_are_events_only_where_they_are_asked_for_and_the_baseline_follows_both()
    {
        await using var segment = await SegmentInHand.TakeAsync(database, tells: true);
        await segment.CommitAsync(b => b.Appeared.AddRange([New("both"), New("mode"), New("quiet")]));
        var rows = await segment.RowsAsync();
        var touched = Meta with { MtimeNs = 77, CtimeNs = 78, Links = 2 };

        await segment.CommitAsync(b => b.Refreshed.AddRange(
        [
            new(rows["both"].Id, rows["both"].Path, RefreshKind.Touched | RefreshKind.Attributes, Meta, touched, true,
                ChecksumAlgorithm.Blake3, Sum(1), new ExtendedAttributes(11, 0, null),
                [new AttributeChange("links", "1", "2"), new AttributeChange("acl", null, "0b")], IsTouchReported: true),
            new(rows["mode"].Id, rows["mode"].Path, RefreshKind.Attributes, Meta, Meta with { Mode = 493 }, false,
                ChecksumAlgorithm.Blake3, Sum(1), Attributes: [new AttributeChange("mode", "0644", "0755")]),
            new(rows["quiet"].Id, rows["quiet"].Path, RefreshKind.Touched, Meta, touched, true, ChecksumAlgorithm.Blake3, Sum(1)),
        ]));

        Assert.Equal(
            [
                """attributes both {"attributes": [{"new": "2", "old": "1", "name": "links"}, {"new": "0b", "old": null, "name": "acl"}]}""",
                "touched both",
                """attributes mode {"attributes": [{"new": "0755", "old": "0644", "name": "mode"}]}""",
            ],
            await segment.EventsAsync());
        Assert.Equal("77 78 2 11 0", await segment.FileAsync(
            "both", "mtime_ns, ctime_ns, links, acl_digest, xattrs_digest, capabilities_digest"));
        Assert.Equal("77", await segment.FileAsync("quiet", "mtime_ns"));

        // What was not read this time stays as recorded.
        await segment.CommitAsync(b => b.Refreshed.Add(new(
            rows["both"].Id, rows["both"].Path, RefreshKind.Touched, touched, Meta, true, ChecksumAlgorithm.Blake3, Sum(1))));
        Assert.Equal(new ExtendedAttributes(11, 0, null), (await segment.RowsAsync())["both"].Extended);
    }

    [Fact]
    public async Task An_excluded_file_keeps_its_baseline_counts_for_nothing_and_returns_without_an_event()
    {
        await using var segment = await SegmentInHand.TakeAsync(database, tells: true);
        await segment.CommitAsync(b => b.Appeared.AddRange([.. "abcdef".Select(c => New(c.ToString()))]));
        var rows = await segment.RowsAsync();
        var rotten = rows["e"];
        await segment.CommitAsync(b => b.Corrupted.Add(new(
            rotten.Id, rotten.Path, Meta, ChecksumAlgorithm.Blake3, Sum(1), Sum(2), false)));

        await segment.CommitAsync(b =>
        {
            b.Excluded.AddRange("abcde".Select(c => new ExcludedFile(rows[c.ToString()].Id, rows[c.ToString()].Path)));
            b.Counters.FilesExcluded = 5;
        });

        Assert.Equal("1 100", await segment.PresentAsync());
        Assert.Equal("5", await ScanAsync(segment, "files_excluded"));
        rows = await segment.RowsAsync();
        Assert.All("abcde", c => Assert.Equal(FileState.Excluded, rows[c.ToString()].State));
        Assert.All("abcd", c => Assert.False(rows[c.ToString()].IsDue));
        Assert.True(rows["e"].IsDue, "nobody accepted what it holds");
        Assert.Equal(Sum(1), rows["a"].Checksum.ToArray());

        await segment.CommitAsync(b =>
        {
            b.Verified.Add(new(rows["a"].Id, rows["a"].Path));
            b.Refreshed.Add(new(
                rows["b"].Id, rows["b"].Path, RefreshKind.None, Meta, Meta, false, ChecksumAlgorithm.Blake3, Sum(1)));
            b.Modified.Add(new(
                rows["c"].Id, rows["c"].Path, Meta, Meta with { SizeBytes = 7 }, ChecksumAlgorithm.Blake3, Sum(1),
                ChecksumAlgorithm.Blake3, Sum(3)));
            b.Unreadable.Add(new(rows["d"].Id, false, rows["d"].Path, Meta, "denied"));
            b.Corrupted.Add(new(
                rows["e"].Id, rows["e"].Path, Meta, ChecksumAlgorithm.Blake3, Sum(1), Sum(2), false));
        });

        Assert.Equal("6 507", await segment.PresentAsync());
        Assert.Equal(["corrupted e", "corrupted e", "modified c"], (await segment.EventsAsync()).Order());
        rows = await segment.RowsAsync();
        Assert.Equal("PresentPresentPresentUnreadableCorrupted", string.Concat("abcde".Select(c => rows[c.ToString()].State)));
    }

    [Fact]
    public async Task A_file_that_hangs_is_left_alone_for_an_hour_then_ever_longer_until_it_is_read_again()
    {
        await using var segment = await SegmentInHand.TakeAsync(database);
        await segment.CommitAsync(b =>
        {
            b.Unreadable.Add(new(null, false, FilePath.FromEscaped("new"), Meta, "timeout"));
            b.Unreadable.Add(new(null, false, FilePath.FromEscaped("denied"), Meta, "denied"));
            b.Appeared.Add(New("known"));
        });
        var rows = await segment.RowsAsync();
        const string Wait = "state, hangs, round(extract(epoch from retry_after - now()) / 3600)";
        Assert.Equal("4 1 1", await segment.FileAsync("new", Wait));
        Assert.Equal("4 0", await segment.FileAsync("denied", Wait));
        Assert.True(rows["new"].IsBackedOff && !rows["new"].IsDue && !rows["denied"].IsBackedOff && rows["denied"].IsDue);

        foreach (var expected in new[] { "4 1 1", "4 2 2", "4 3 4", "4 4 8", "4 5 16", "4 6 24", "4 7 24" })
        {
            await segment.CommitAsync(b => b.Unreadable.Add(new(rows["known"].Id, false, rows["known"].Path, null, "timeout")));
            Assert.Equal(expected, await segment.FileAsync("known", Wait));
        }

        await segment.CommitAsync(b => b.Verified.Add(new(rows["known"].Id, rows["known"].Path)));
        Assert.Equal("1 0", await segment.FileAsync("known", Wait));
        Assert.False((await segment.RowsAsync())["known"].IsBackedOff);
    }

    [Fact]
    public async Task A_change_of_algorithm_keeps_both_checksums_until_the_content_changes()
    {
        await using var segment = await SegmentInHand.TakeAsync(database);
        await segment.CommitAsync(b => b.Appeared.Add(New("f") with { Algorithm = ChecksumAlgorithm.Md5, Checksum = new byte[16] }));
        var row = (await segment.RowsAsync())["f"];

        await segment.CommitAsync(b => b.Refreshed.Add(new(
            row.Id, row.Path, RefreshKind.AlgorithmChanged, Meta, Meta, true, ChecksumAlgorithm.Blake3, Sum(1))));
        const string Sums = "algorithm, length(checksum), previous_algorithm, length(previous_checksum)";
        var both = $"{(int)ChecksumAlgorithm.Blake3} 32 {(int)ChecksumAlgorithm.Md5} 16";
        Assert.Equal(both, await segment.FileAsync("f", Sums));

        await segment.CommitAsync(b => b.Refreshed.Add(new(
            row.Id, row.Path, RefreshKind.Touched, Meta, Meta, true, ChecksumAlgorithm.Blake3, Sum(1))));
        Assert.Equal(both, await segment.FileAsync("f", Sums));

        await segment.CommitAsync(b => b.Modified.Add(new(
            row.Id, row.Path, Meta, Meta, ChecksumAlgorithm.Blake3, Sum(1), ChecksumAlgorithm.Blake3, Sum(4))));
        Assert.Equal($"{(int)ChecksumAlgorithm.Blake3} 32", await segment.FileAsync("f", Sums));
    }

    [Fact]
    public async Task Group_digests_follow_the_content_and_go_with_it()
    {
        await using var segment = await SegmentInHand.TakeAsync(database);
        byte[] one = [1, 2, 3, 4], two = [5, 6, 7, 8];
        await segment.CommitAsync(b => b.Appeared.AddRange([New("big") with { Groups = one }, New("small")]));
        var (big, small) = ((await segment.RowsAsync())["big"], (await segment.RowsAsync())["small"]);
        var reader = segment.Reader();
        async Task<byte[]> GroupsAsync(long id) => (await reader.ReadGroupsAsync(id, CancellationToken.None)).ToArray();
        ModifiedFile Modified(byte[] groups) => new(
            big.Id, big.Path, Meta, Meta, ChecksumAlgorithm.Blake3, Sum(1), ChecksumAlgorithm.Blake3, Sum(3), Groups: groups);

        Assert.Equal(one, await GroupsAsync(big.Id));
        Assert.Empty(await GroupsAsync(small.Id));
        await segment.CommitAsync(b => b.Modified.Add(Modified(two)));
        Assert.Equal(two, await GroupsAsync(big.Id));
        await segment.CommitAsync(b => b.Modified.Add(Modified([])));
        Assert.Empty(await GroupsAsync(big.Id));
        await segment.CommitAsync(b => b.Refreshed.Add(new(
            big.Id, big.Path, RefreshKind.Touched, Meta, Meta, true, ChecksumAlgorithm.Blake3, Sum(3), Groups: one)));
        Assert.Equal(one, await GroupsAsync(big.Id));
    }

    [Fact]
    public async Task A_first_scan_that_meets_a_row_all_the_same_keeps_it_and_loses_nothing()
    {
        await using var segment = await SegmentInHand.TakeAsync(database);
        await segment.CommitAsync(b => b.Appeared.AddRange([New("a"), New("c")]));

        await segment.CommitAsync(b => b.Appeared.AddRange([New("b"), New("c") with { Checksum = Sum(9) }, New("d")]));

        Assert.Equal(["a", "b", "c", "d"], (await segment.RowsAsync()).Keys.Order());
        Assert.Equal(Sum(1), (await segment.RowsAsync())["c"].Checksum.ToArray());
        Assert.Equal("4 400", await segment.PresentAsync());
        Assert.Empty(await segment.EventsAsync());
    }

    [Fact]
    public async Task A_database_without_room_refuses_the_batch_at_once_and_whole()
    {
        await using var segment = await SegmentInHand.TakeAsync(database);
        await segment.CommitAsync(b => b.Appeared.Add(New("before")));
        await database.ExecuteAsync($"""
            create function scanner.no_room() returns trigger language plpgsql as
                $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$;
            create trigger no_room before insert on scanner.files for each row
                when (new.path = 'full' and new.target_id = {segment.Claim.Target.Id}) execute function scanner.no_room()
            """);

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => segment
            .CommitAsync(b => b.Appeared.AddRange([.. Enumerable.Range(0, 900).Select(i => New($"e{i}")), New("full")]))
            .WaitAsync(TimeSpan.FromSeconds(20)));

        Assert.Equal("database_full", Fixity.Scanner.Scans.ScanFailure.Of(refusal).Reason);
        Assert.Equal(["before"], (await segment.RowsAsync()).Keys);
        await database.ExecuteAsync("drop trigger no_room on scanner.files; drop function scanner.no_room()");
    }

    [Fact]
    public async Task A_connection_lost_in_the_middle_of_a_copy_is_retried_and_counts_once()
    {
        await using var segment = await SegmentInHand.TakeAsync(database);
        // Ends its own session while it loads the rows, the first time.
        await database.ExecuteAsync($"""
            create sequence scanner.blows;
            grant usage on sequence scanner.blows to fixity_scanner;
            create function scanner.blow() returns trigger language plpgsql security definer as $$
            begin
                if nextval('scanner.blows') = 1 then perform pg_terminate_backend(pg_backend_pid()); end if;
                return new;
            end $$;
            create trigger blow before insert on scanner.files for each row
                when (new.path = 'fuse' and new.target_id = {segment.Claim.Target.Id}) execute function scanner.blow()
            """);

        await segment.CommitAsync(b => b.Appeared.AddRange([.. Enumerable.Range(0, 900).Select(i => New($"e{i}")), New("fuse")]));

        Assert.Equal(2, await database.ScalarAsync<long>("select last_value from scanner.blows"));
        Assert.Equal("901 90100", await segment.PresentAsync());
        await database.ExecuteAsync("drop trigger blow on scanner.files; drop function scanner.blow(); drop sequence scanner.blows");
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
