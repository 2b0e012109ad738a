using Fixity.Alert.Deliveries.Messages;
using Fixity.Alert.Webhooks;

namespace Fixity.Alert.Tests.Deliveries.Messages;

public sealed class EventWordsTests
{
    [Theory]
    [InlineData("file.added", "photos/2019/lake.jpg was added (4 MiB)")]
    [InlineData("file.deleted", "photos/2019/lake.jpg was deleted (4 MiB)")]
    [InlineData("file.modified", "photos/2019/lake.jpg was modified (4 MiB, now 4 MiB)")]
    [InlineData("file.moved", "photos/2019/lake (1).jpg was moved to photos/2019/lake.jpg")]
    [InlineData("file.attributes", "photos/2019/lake.jpg has other attributes (mode 0644, now 0666)")]
    [InlineData("file.corrupted", "photos/2019/lake.jpg is corrupted: 512 bytes differ, its size and time do not")]
    [InlineData("file.tampered", "photos/2019/lake.jpg was tampered with: written, and its time put back")]
    [InlineData("file.restored", "photos/2019/lake.jpg is as it should be again")]
    [InlineData("scan.failed", "the scan failed: The storage did not answer within 60 s.")]
    [InlineData("scan.partial", "the scan is incomplete: 12 files unknown, 3 unreadable: unknown_files")]
    [InlineData("target.offline", "out of reach: No route to the host.")]
    [InlineData("target.online", "within reach again")]
    [InlineData("large_change.detected", "a large change: 1,331 files in one scan")]
    [InlineData("verification.stale", "331 files were not re-read within 90 days")]
    public void Each_event_is_a_line_of_plain_words(string type, string expected) =>
        Assert.Equal(expected, EventWords.Say(Samples.Of(type, Written.At), 100));

    [Fact]
    public void Every_type_has_words_and_a_sample_also_when_its_data_says_nothing()
    {
        foreach (var type in EventTypes.All.Append(EventTypes.Test))
        {
            var told = Samples.Of(type, Written.At);
            Assert.NotEqual(type, EventWords.Say(told, 100));
            Assert.NotEqual(type, EventWords.Say(told with { Data = MessageJson.ToElement(new { }) }, 100));
            Assert.NotEqual(type, EventWords.Say(told with { Data = default }, 100));
        }
    }

    [Fact]
    public void A_title_says_where_and_the_worst_first()
    {
        Assert.Equal(
            "archive: 1 file corrupted, 331 deleted, scan complete", MessageWords.Title(Written.Digest(331)));
        Assert.Equal(
            "archive: 1 file corrupted, 331 deleted, scan complete so far; the scan goes on",
            MessageWords.Title(Written.Digest(331) with { IsSoFar = true }));
        Assert.Equal("archive: within reach again", MessageWords.Title(Written.Event("target.online")));
        Assert.Equal(
            "Test: Sample archive: messages like this one arrive here",
            MessageWords.Title(Samples.TestOf(EventTypes.Test, Guid.Empty, Written.At, null)));
    }
}
