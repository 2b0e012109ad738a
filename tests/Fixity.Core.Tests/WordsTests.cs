namespace Fixity.Core.Tests;

/// <summary>What is stored and sent keeps its spelling and its number.</summary>
public sealed class WordsTests
{
    [Fact]
    public void Algorithms_keep_their_numbers_names_and_sizes() => Assert.Equal(
        ["1 blake3 32", "2 sha256 32", "3 md5 16"],
        Enum.GetValues<ChecksumAlgorithm>().Select(it => $"{(int)it} {it.Name()} {it.DigestBytes()}"));

    [Fact]
    public void File_states_keep_their_numbers() => Assert.Equal(
        ["1 Present", "2 Deleted", "3 Corrupted", "4 Unreadable", "5 Tampered", "6 Excluded"],
        Enum.GetValues<FileState>().Select(it => $"{(int)it} {it}"));

    [Fact]
    public void Changes_have_their_words_and_weights() => Assert.Equal(
        [
            "added info", "deleted medium", "modified low", "moved info", "attributes info", "corrupted critical",
            "restored info", "verified info", "accepted info", "tampered critical", "touched info",
        ],
        Enum.GetValues<ChangeType>().Select(it => $"{it.Name()} {it.Severity().Name()}"));

    [Fact]
    public void Every_word_reads_back()
    {
        Assert.All(Enum.GetValues<ChangeType>(), it => Assert.True(ChangeTypes.TryParse(it.Name(), out var back) && back == it));
        Assert.All(Enum.GetValues<ScanStatus>(), it => Assert.True(ScanStatuses.TryParse(it.Name(), out var back) && back == it));
        Assert.All(
            Enum.GetValues<ChecksumAlgorithm>(),
            it => Assert.True(ChecksumAlgorithms.TryParse(it.Name(), out var back) && back == it));
        Assert.False(ChangeTypes.TryParse("Added", out _));
        Assert.False(ScanStatuses.TryParse("done", out _));
        Assert.False(ChecksumAlgorithms.TryParse("MD5", out _));
        Assert.All(Enum.GetValues<SkipKind>(), it => Assert.NotEmpty(it.Name()));
    }

    [Fact]
    public void Four_statuses_are_final() => Assert.Equal(
        [ScanStatus.Completed, ScanStatus.Partial, ScanStatus.Failed, ScanStatus.Cancelled],
        Enum.GetValues<ScanStatus>().Where(it => it.IsFinal()));
}
