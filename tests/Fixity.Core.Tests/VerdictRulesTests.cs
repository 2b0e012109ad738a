namespace Fixity.Core.Tests;

/// <summary>Every combination of what is recorded and what is seen, written out.</summary>
public sealed class VerdictRulesTests
{
    private static readonly byte[] Good = [1];
    private static readonly byte[] Bad = [2];
    private static readonly byte[] Other = [3];

    [Theory]
    [InlineData(Finding.Read, Verdict.Added)]
    [InlineData(Finding.Unreadable, Verdict.Unreadable)]
    [InlineData(Finding.Unstable, Verdict.Unstable)]
    [InlineData(Finding.Vanished, Verdict.Vanished)]
    [InlineData(Finding.Absent, Verdict.None)]
    [InlineData(Finding.NotListed, Verdict.None)]
    public void Without_a_row_or_with_a_deleted_one(Finding finding, Verdict expected)
    {
        Assert.Equal(expected, VerdictRules.Judge(null, Seen(finding)));
        Assert.Equal(expected, VerdictRules.Judge(Row(FileState.Deleted), Seen(finding)));
    }

    [Theory]
    [InlineData(Finding.Unreadable, Verdict.Unreadable)]
    [InlineData(Finding.Unstable, Verdict.Unstable)]
    [InlineData(Finding.Vanished, Verdict.Vanished)]
    [InlineData(Finding.Absent, Verdict.Deleted)]
    [InlineData(Finding.NotListed, Verdict.Unknown)]
    public void With_a_row_whatever_its_state(Finding finding, Verdict expected)
    {
        foreach (var state in (FileState[])[FileState.Present, FileState.Corrupted, FileState.Unreadable])
        {
            Assert.Equal(expected, VerdictRules.Judge(Row(state), Seen(finding)));
        }
    }

    [Theory]
    // state, content seen, same size and mtime -> verdict
    [InlineData(FileState.Present, 1, true, Verdict.Verified)]
    [InlineData(FileState.Present, 1, false, Verdict.Touched)]
    [InlineData(FileState.Present, 3, true, Verdict.Corrupted)]
    [InlineData(FileState.Present, 3, false, Verdict.Modified)]
    [InlineData(FileState.Unreadable, 1, true, Verdict.Verified)]
    [InlineData(FileState.Unreadable, 1, false, Verdict.Touched)]
    [InlineData(FileState.Unreadable, 3, true, Verdict.Corrupted)]
    [InlineData(FileState.Unreadable, 3, false, Verdict.Modified)]
    [InlineData(FileState.Corrupted, 1, true, Verdict.Restored)]
    [InlineData(FileState.Corrupted, 1, false, Verdict.Restored)]
    [InlineData(FileState.Corrupted, 2, true, Verdict.StillCorrupted)]
    [InlineData(FileState.Corrupted, 2, false, Verdict.StillCorrupted)]
    [InlineData(FileState.Corrupted, 3, true, Verdict.Corrupted)]
    [InlineData(FileState.Corrupted, 3, false, Verdict.Modified)]
    public void Of_a_file_that_was_read(FileState state, byte content, bool sameMetadata, Verdict expected)
    {
        var seen = new Observation(Finding.Read, new FileMetadata(5, sameMetadata ? 10 : 11), new[] { content });

        Assert.Equal(expected, VerdictRules.Judge(Row(state), seen));
    }

    [Fact]
    public void Of_a_file_that_was_never_read_before()
    {
        var row = Row(FileState.Unreadable) with { Algorithm = null, Checksum = default };

        Assert.Equal(Verdict.FirstRead, VerdictRules.Judge(row, Seen(Finding.Read)));
    }

    [Fact]
    public void Of_a_file_that_is_only_listed()
    {
        var row = Row(FileState.Present);
        var recorded = row.Metadata with { Mode = 1, Uid = 2, Gid = 3 };

        Assert.Equal(Verdict.Unchanged, Listed(row, row.Metadata));
        Assert.Equal(Verdict.Unchanged, Listed(row, recorded)); // What the row does not know does not differ.
        Assert.Equal(Verdict.Unchanged, Listed(row, row.Metadata with { CtimeNs = 99, FileId = 7 }));
        Assert.Equal(Verdict.Attributes, Listed(row with { Metadata = recorded }, recorded with { Mode = 9 }));
        Assert.Equal(Verdict.Attributes, Listed(row with { Metadata = recorded }, recorded with { Gid = 9 }));
        Assert.Throws<ArgumentException>(() => Listed(row, row.Metadata with { MtimeNs = 0 }));
        Assert.Throws<ArgumentException>(() => VerdictRules.Judge(null, Seen(Finding.Listed)));
    }

    [Fact]
    public void What_must_be_read()
    {
        var row = Row(FileState.Present);
        var same = row.Metadata;

        Assert.False(VerdictRules.NeedsContent(row, same, verifyAll: false));
        Assert.True(VerdictRules.NeedsContent(row, same, verifyAll: true));
        Assert.True(VerdictRules.NeedsContent(row with { IsDue = true }, same, verifyAll: false));
        Assert.True(VerdictRules.NeedsContent(row, same with { SizeBytes = 6 }, verifyAll: false));
        Assert.True(VerdictRules.NeedsContent(row, same with { MtimeNs = 11 }, verifyAll: false));
        Assert.True(VerdictRules.NeedsContent(Row(FileState.Corrupted), same, verifyAll: false));
        Assert.True(VerdictRules.NeedsContent(Row(FileState.Unreadable), same, verifyAll: false));
        Assert.True(VerdictRules.NeedsContent(Row(FileState.Deleted), same, verifyAll: false));
        Assert.True(VerdictRules.NeedsContent(row with { Algorithm = null }, same, verifyAll: false));
        Assert.True(VerdictRules.NeedsContent(null, same, verifyAll: false));
    }

    private static Verdict Listed(BaselineFile row, FileMetadata metadata) =>
        VerdictRules.Judge(row, new Observation(Finding.Listed, metadata));

    private static Observation Seen(Finding finding) => new(finding, new FileMetadata(5, 10), Other);

    private static BaselineFile Row(FileState state) => new(
        1, FilePath.FromEscaped("f"), new FileMetadata(5, 10), state, ChecksumAlgorithm.Blake3, Good,
        state == FileState.Corrupted ? Bad : default, IsDue: false);
}
