namespace Fixity.Core.Tests;

/// <summary>Every combination of what is recorded and what is seen, against the rules written out a second time.</summary>
public sealed class VerdictRulesTests
{
    private static readonly byte[] Good = [1];
    private static readonly byte[] Bad = [2];
    private static readonly byte[] Other = [3];
    private static readonly FileMetadata Recorded = new(5, 10, CtimeNs: 20, Mode: 1, Uid: 2, Gid: 3, Links: 1);
    private static readonly FileState[] LiveStates =
        [FileState.Present, FileState.Corrupted, FileState.Unreadable, FileState.Tampered, FileState.Excluded];

    [Theory]
    [InlineData(Finding.Read, Verdict.Added)]
    [InlineData(Finding.Unreadable, Verdict.Unreadable)]
    [InlineData(Finding.Unstable, Verdict.Unstable)]
    [InlineData(Finding.Vanished, Verdict.Vanished)]
    [InlineData(Finding.Absent, Verdict.None)]
    [InlineData(Finding.NotListed, Verdict.None)]
    [InlineData(Finding.Excluded, Verdict.None)]
    public void Without_a_live_row(Finding finding, Verdict expected)
    {
        Assert.Equal(expected, VerdictRules.JudgeRowless(new Observation(finding)).Verdict);
        Assert.Equal(expected, VerdictRules.JudgeReturned(Row(FileState.Deleted), new Observation(finding)).Verdict);
        Assert.False(VerdictRules.IsLive(Row(FileState.Deleted)));
        Assert.Throws<ArgumentException>(() => VerdictRules.JudgeRowless(new Observation(Finding.Listed)));
    }

    [Theory]
    [InlineData(Finding.Unreadable, Verdict.Unreadable, Verdict.Unreadable)]
    [InlineData(Finding.Unstable, Verdict.Unstable, Verdict.Unstable)]
    [InlineData(Finding.Vanished, Verdict.Vanished, Verdict.Vanished)]
    [InlineData(Finding.Absent, Verdict.Deleted, Verdict.Deleted)]
    [InlineData(Finding.NotListed, Verdict.Unknown, Verdict.None)]
    [InlineData(Finding.Excluded, Verdict.Excluded, Verdict.None)]
    public void Of_a_file_that_was_not_read(Finding finding, Verdict expected, Verdict whenExcluded)
    {
        foreach (var state in LiveStates)
        {
            Assert.Equal(
                state == FileState.Excluded ? whenExcluded : expected, Judge(Row(state), new Observation(finding)).Verdict);
        }
    }

    /// <summary>State x size x mtime x ctime x content x mode x owner x acl: 5 x 2 x 2 x 3 x 3 x 2 x 2 x 3.</summary>
    [Fact]
    public void Of_a_file_that_was_read()
    {
        var combinations = 0;
        foreach (var state in LiveStates)
        {
            foreach (var seen in Observations())
            {
                combinations++;
                var row = Row(state);
                var (times, content) = (seen.Metadata.SizeBytes != 5 || seen.Metadata.MtimeNs != 10, seen.Checksum.Span[0]);
                var damaged = state is FileState.Corrupted or FileState.Tampered;
                var expected = (content, damaged, times) switch
                {
                    (1, true, _) => Verdict.Restored,
                    (1, _, true) => Verdict.Touched,
                    (1, _, false) => Verdict.Verified,
                    (2, true, _) => Verdict.StillDamaged,
                    (_, _, true) => Verdict.Modified,
                    _ => seen.Metadata.CtimeNs == 21 ? Verdict.Tampered : Verdict.Corrupted,
                };
                var judgement = Judge(row, seen);

                Assert.True(judgement.Verdict == expected, $"{state} {seen}: {judgement}, not {expected}");
                AssertEvidence(seen, judgement);
            }
        }

        Assert.Equal(5 * 2 * 2 * 3 * 3 * 2 * 2 * 3, combinations);
    }

    /// <summary>Damaged before or not x size x mtime x ctime x content x mode x owner x acl.</summary>
    [Fact]
    public void Of_a_file_that_returned_after_it_was_deleted()
    {
        foreach (var damagedAs in (FileState?[])[null, FileState.Corrupted, FileState.Tampered])
        {
            foreach (var seen in Observations())
            {
                var times = seen.Metadata.SizeBytes != 5 || seen.Metadata.MtimeNs != 10;
                var expected = (seen.Checksum.Span[0], damagedAs, times) switch
                {
                    (1, _, _) => Verdict.Added,
                    (2, FileState.Corrupted, _) => Verdict.Corrupted,
                    (2, FileState.Tampered, _) => Verdict.Tampered,
                    (_, _, true) => Verdict.Added,
                    _ => seen.Metadata.CtimeNs == 21 ? Verdict.Tampered : Verdict.Corrupted,
                };
                var judgement = VerdictRules.JudgeReturned(Row(FileState.Deleted, damagedAs), seen);

                Assert.True(judgement.Verdict == expected, $"{damagedAs} {seen}: {judgement}, not {expected}");
                if (expected != Verdict.Added)
                {
                    AssertEvidence(seen, judgement);
                }
            }
        }

        var neverRead = Row(FileState.Deleted) with { Algorithm = null, Checksum = default };
        Assert.Equal(Verdict.Added, VerdictRules.JudgeReturned(neverRead, new(Finding.Read, Recorded, Bad)).Verdict);
    }

    [Fact]
    public void A_damaged_file_that_was_left_out_is_still_damaged_or_restored_when_it_is_back()
    {
        var row = Row(FileState.Excluded, FileState.Tampered);

        Assert.Equal(Verdict.StillDamaged, Judge(row, new(Finding.Read, Recorded with { MtimeNs = 11 }, Bad)).Verdict);
        Assert.Equal(Verdict.Restored, Judge(row, new(Finding.Read, Recorded, Good)).Verdict);
        Assert.Equal(Verdict.Corrupted, Judge(row, new(Finding.Read, Recorded, Other)).Verdict);
        Assert.Equal(Verdict.Corrupted, Judge(row with { DamagedAs = null }, new(Finding.Read, Recorded, Bad)).Verdict);
    }

    /// <summary>What needs no reading: state present, size, mtime and ctime as recorded.</summary>
    [Fact]
    public void Of_a_file_that_is_only_listed()
    {
        foreach (var seen in Observations().Where(
            o => o.Metadata.SameContentAs(Recorded) && o.Metadata.SameCtimeAs(Recorded)))
        {
            var listed = seen with { Finding = Finding.Listed };
            var (mode, owner, acl) = (seen.Metadata.Mode != 1, seen.Metadata.Uid != 2, seen.Extended.Acl == 8);
            var watchesMode = VerdictRules.Judge(Row(FileState.Present), listed, WatchedAttributes.Mode);
            var watchesAcl = VerdictRules.Judge(Row(FileState.Present), listed, WatchedAttributes.Acl);

            Assert.Equal(
                mode ? Verdict.Attributes : owner || acl ? Verdict.Followed : Verdict.Unchanged, watchesMode.Verdict);
            Assert.Equal(
                acl ? Verdict.Attributes : mode || owner ? Verdict.Followed : Verdict.Unchanged, watchesAcl.Verdict);
        }

        var unknownSoFar = Row(FileState.Present) with { Extended = default };
        var first = new Observation(Finding.Listed, Recorded, default, new ExtendedAttributes(8, null, null));
        Assert.Equal(Verdict.Followed, VerdictRules.Judge(unknownSoFar, first, WatchedAttributes.Acl).Verdict);
        Assert.Throws<ArgumentException>(() => Judge(
            Row(FileState.Present), new Observation(Finding.Listed, Recorded with { MtimeNs = 0 })));
        Assert.Throws<ArgumentException>(() => Judge(
            Row(FileState.Present), new Observation(Finding.Listed, Recorded with { CtimeNs = 0, Mode = 7 })));
        Assert.Throws<ArgumentException>(() => Judge(Row(FileState.Corrupted), new Observation(Finding.Listed, Recorded)));
    }

    [Fact]
    public void Of_a_file_that_was_never_read_before()
    {
        var row = Row(FileState.Unreadable) with { Algorithm = null, Checksum = default };

        Assert.Equal(Verdict.FirstRead, Judge(row, new Observation(Finding.Read, Recorded, Other)).Verdict);
    }

    [Fact]
    public void A_file_whose_reading_hung_is_left_alone_even_by_a_full_verification_until_it_is_gone_or_left_out()
    {
        foreach (var state in LiveStates)
        {
            var row = Row(state) with { IsBackedOff = true, IsDue = true };
            var changed = Recorded with { SizeBytes = 9, CtimeNs = 99 };

            Assert.False(VerdictRules.NeedsContent(row, changed, verifyAll: true));
            Assert.False(VerdictRules.NeedsExtended(row, changed, WatchedAttributes.Extended));
            Assert.True(VerdictRules.IsWorthRecording(row, Recorded));
            Assert.Equal(Verdict.BackedOff, Judge(row, new Observation(Finding.Listed, changed)).Verdict);
            Assert.Equal(Verdict.Deleted, Judge(row, new Observation(Finding.Absent)).Verdict);
        }
    }

    [Fact]
    public void What_must_be_read()
    {
        var row = Row(FileState.Present);

        Assert.False(Needs(row, Recorded));
        Assert.True(VerdictRules.NeedsContent(row, Recorded, verifyAll: true));
        Assert.True(Needs(row with { IsDue = true }, Recorded));
        Assert.True(Needs(row, Recorded with { SizeBytes = 6 }));
        Assert.True(Needs(row, Recorded with { MtimeNs = 11 }));
        Assert.True(Needs(row with { Algorithm = null }, Recorded));
        Assert.All(LiveStates.Skip(1), state => Assert.True(Needs(Row(state), Recorded)));
    }

    [Fact]
    public void A_ctime_that_moved_makes_the_file_be_read_whatever_else_moved()
    {
        var row = Row(FileState.Present);
        var moved = Recorded with { CtimeNs = 21 };

        Assert.True(Needs(row, moved));
        Assert.True(Needs(row, moved with { Mode = 7 })); // Whoever wrote may have changed the mode too.
        Assert.True(Needs(row, moved with { Uid = 7 }));
        Assert.True(Needs(row, moved with { Gid = 7 }));
        Assert.True(Needs(row, moved with { Links = 7 }));
        Assert.True(Needs(row, moved with { Links = null }));
        Assert.False(Needs(row, Recorded with { Mode = 7 }));
        Assert.False(Needs(row, Recorded with { CtimeNs = null })); // A storage without ctime: nothing of this.
        Assert.False(Needs(row with { Metadata = Recorded with { CtimeNs = null } }, moved));
    }

    [Fact]
    public void Extended_attributes_are_read_where_they_are_watched_and_unknown_or_ctime_moved()
    {
        var known = Row(FileState.Present);
        var unknown = known with { Extended = default };
        var moved = Recorded with { CtimeNs = 21 };

        Assert.False(VerdictRules.NeedsExtended(known, Recorded, WatchedAttributes.Acl));
        Assert.True(VerdictRules.NeedsExtended(known, moved, WatchedAttributes.Acl));
        Assert.True(VerdictRules.NeedsExtended(known, Recorded, WatchedAttributes.Xattrs));
        Assert.True(VerdictRules.NeedsExtended(unknown, Recorded, WatchedAttributes.Acl));
        Assert.False(VerdictRules.NeedsExtended(unknown, moved, WatchedAttributes.Default));
    }

    [Fact]
    public void Attributes_are_told_apart_with_old_and_new_value()
    {
        var now = Recorded with { Mode = 0b111_101_101, Uid = null, Links = 2 };
        var which = Recorded.AttributesThatDiffer(now) | WatchedAttributes.Acl;

        var changes = WatchedAttributeNames.Changes(
            which, Recorded, new ExtendedAttributes(0, null, null), now, new ExtendedAttributes(-1, null, null));

        Assert.Equal(
            [
                new AttributeChange("mode", "0001", "0755"), new AttributeChange("links", "1", "2"),
                new AttributeChange("acl", "0000000000000000", "ffffffffffffffff"),
            ],
            changes);
    }

    private static IEnumerable<Observation> Observations() =>
        from size in (long[])[5, 6]
        from mtime in (long[])[10, 11]
        from ctime in (long?[])[20, 21, null]
        from content in (byte[][])[Good, Bad, Other]
        from mode in (int[])[1, 9]
        from uid in (long[])[2, 9]
        from acl in (long?[])[7, 8, null]
        select new Observation(
            Finding.Read, new FileMetadata(size, mtime, ctime, Mode: mode, Uid: uid, Gid: 3, Links: 1), content,
            new ExtendedAttributes(acl, null, null));

    private static void AssertEvidence(Observation seen, Judgement judgement)
    {
        var expected = (seen.Metadata.SizeBytes != 5 ? Differences.Size : 0)
            | (seen.Metadata.MtimeNs != 10 ? Differences.Mtime : 0)
            | (seen.Metadata.CtimeNs == 21 ? Differences.Ctime : 0)
            | (seen.Checksum.Span[0] != 1 ? Differences.Content : 0);
        var attributes = (seen.Metadata.Mode != 1 ? WatchedAttributes.Mode : 0)
            | (seen.Metadata.Uid != 2 ? WatchedAttributes.Owner : 0)
            | (seen.Extended.Acl == 8 ? WatchedAttributes.Acl : 0);
        Assert.Equal((expected, attributes), (judgement.Differences, judgement.Attributes));
    }

    private static bool Needs(BaselineFile row, FileMetadata listed) =>
        VerdictRules.NeedsContent(row, listed, verifyAll: false);

    private static Judgement Judge(BaselineFile row, Observation seen) =>
        VerdictRules.Judge(row, seen, WatchedAttributes.Default);

    private static BaselineFile Row(FileState state, FileState? damagedAs = null) => new(
        1, FilePath.FromEscaped("f"), Recorded, state, ChecksumAlgorithm.Blake3, Good,
        damagedAs is not null || state is FileState.Corrupted or FileState.Tampered ? Bad : default, IsDue: false,
        new ExtendedAttributes(7, null, null), DamagedAs: damagedAs);
}
