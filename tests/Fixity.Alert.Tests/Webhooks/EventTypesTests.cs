using Fixity.Alert.Webhooks;

namespace Fixity.Alert.Tests.Webhooks;

public sealed class EventTypesTests
{
    [Theory]
    [InlineData("", "", "file.added", true)]
    [InlineData("file.corrupted", "", "file.corrupted", true)]
    [InlineData("file.corrupted", "", "file.added", false)]
    [InlineData("file.corrupted", "", "file.tampered", true)]
    [InlineData("file.corrupted", "file.tampered", "file.tampered", false)]
    [InlineData("file.tampered", "", "file.corrupted", false)]
    [InlineData("file.*", "", "file.moved", true)]
    [InlineData("file.*", "", "scan.failed", false)]
    [InlineData("file.*", "file.added", "file.added", false)]
    [InlineData("file.*", "file.added", "file.deleted", true)]
    [InlineData("file.added", "file.*", "file.added", false)]
    [InlineData("", "scan.*", "scan.completed", false)]
    [InlineData("", "scan.*", "target.offline", true)]
    public void Includes_choose_and_excludes_win(string includes, string excludes, string type, bool chosen) =>
        Assert.Equal(chosen, EventTypes.Chooses(ListOf(includes), ListOf(excludes), type));

    [Theory]
    [InlineData("file.corrupted", true)]
    [InlineData("file.*", true)]
    [InlineData("large_change.*", true)]
    [InlineData("file.tampered", true)]
    [InlineData("file.touched", true)]
    [InlineData("file.verified", false)]
    [InlineData("file.accepted", false)]
    [InlineData("file", false)]
    [InlineData("*", false)]
    [InlineData("fil.*", false)]
    [InlineData("File.added", false)]
    [InlineData("", false)]
    public void Only_words_of_the_vocabulary_are_known(string pattern, bool known) =>
        Assert.Equal(known, EventTypes.IsKnownPattern(pattern));

    private static string[] ListOf(string words) => words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
