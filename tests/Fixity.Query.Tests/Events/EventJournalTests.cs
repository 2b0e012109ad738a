using Fixity.Query.Changes;
using Fixity.Query.Events;

namespace Fixity.Query.Tests.Events;

public sealed class EventJournalTests
{
    private static readonly ChangePosition From = new(10, 0);

    [Fact]
    public void Whoever_comes_back_hears_again_what_was_spoken_of_since_and_at_that_place()
    {
        var journal = new EventJournal(From);
        journal.Record(Spoken(1, 2), new ChangePosition(11, 0));
        journal.Record(Spoken(2, 3), new ChangePosition(12, 0));

        Assert.Equal([1L, 2, 3], journal.Since(From)!.ScanIds.Order());
        Assert.Equal([2L, 3], journal.Since(new ChangePosition(12, 0))!.ScanIds.Order());
        Assert.Empty(journal.Since(new ChangePosition(12, 1))!.ScanIds);
    }

    [Fact]
    public void Webhooks_keep_how_they_were_said_to_stand_last()
    {
        var journal = new EventJournal(From);
        foreach (var state in new[] { WebhookStanding.Failing, WebhookStanding.Deleted })
        {
            var spoken = new Progress();
            spoken.Add(new ProgressNotice(ProgressKind.Webhook, WebhookId: 4, State: state));
            journal.Record(spoken, From);
        }

        Assert.Equal(WebhookStanding.Deleted, Assert.Single(journal.Since(From)!.Webhooks).Value);
    }

    [Fact]
    public void Nobody_is_told_half_of_what_was_missed()
    {
        var journal = new EventJournal(From, capacity: 3);
        Assert.Null(journal.Since(new ChangePosition(9, 7)));

        journal.Record(Spoken(1, 2, 3), new ChangePosition(11, 0));
        journal.Record(Spoken(1), new ChangePosition(12, 0));
        journal.Record(Spoken(4), new ChangePosition(13, 0));

        // One of the three of 11 is forgotten, not the one that was spoken of again.
        Assert.Null(journal.Since(new ChangePosition(11, 0)));
        Assert.Equal([1L, 4], journal.Since(new ChangePosition(12, 0))!.ScanIds.Order());
        Assert.Contains(1L, journal.Since(new ChangePosition(11, 1))!.ScanIds);
    }

    private static Progress Spoken(params long[] scanIds)
    {
        var spoken = new Progress();
        foreach (var scanId in scanIds)
        {
            spoken.Add(new ProgressNotice(ProgressKind.Scan, ScanId: scanId));
        }

        return spoken;
    }
}
