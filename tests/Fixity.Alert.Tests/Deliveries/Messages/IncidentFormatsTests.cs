using System.Text.Json;

namespace Fixity.Alert.Tests.Deliveries.Messages;

/// <summary>PagerDuty and Alertmanager: what opens an incident is closed by what ends it.</summary>
public sealed class IncidentFormatsTests
{
    [Theory]
    [InlineData("file.corrupted", "file.restored")]
    [InlineData("target.offline", "target.online")]
    [InlineData("scan.failed", "scan.completed")]
    [InlineData("scan.partial", "scan.completed")]
    public void PagerDuty_closes_with_the_key_that_opened(string opens, string closes)
    {
        var opened = Written.Json("pagerduty", Written.Event(opens));
        var closed = Written.Json("pagerduty", Written.Event(closes));

        Assert.Equal("trigger", opened.GetProperty("event_action").GetString());
        Assert.Equal("resolve", closed.GetProperty("event_action").GetString());
        Assert.Equal(opened.GetProperty("dedup_key").GetString(), closed.GetProperty("dedup_key").GetString());
        // Stored in the clear: the key comes into it as it is sent.
        Assert.Equal(JsonValueKind.Null, opened.GetProperty("routing_key").ValueKind);
    }

    [Theory]
    [InlineData("file.corrupted", "critical")]
    [InlineData("scan.failed", "error")]
    [InlineData("file.deleted", "warning")]
    [InlineData("file.modified", "info")]
    [InlineData("file.added", "info")]
    public void PagerDuty_has_four_severities(string type, string severity) =>
        Assert.Equal(
            severity, Written.Json("pagerduty", Written.Event(type)).GetProperty("payload").GetProperty("severity").GetString());

    [Fact]
    public void PagerDuty_keeps_targets_and_scans_apart_within_its_limits()
    {
        var digest = Written.Json("pagerduty", Written.Digest(100_000, i => new string('é', 4096)));

        Assert.Equal("fixity:target:3:scan:17", digest.GetProperty("dedup_key").GetString());
        Assert.InRange(digest.GetProperty("payload").GetProperty("summary").GetString()!.Length, 10, 1024);
        Assert.Equal(
            100_000, digest.GetProperty("payload").GetProperty("custom_details").GetProperty("counts").GetProperty("file.deleted").GetInt64());
        Assert.NotEqual(
            Written.Json("pagerduty", Written.Event("target.offline")).GetProperty("dedup_key").GetString(),
            Written.Json("pagerduty", Written.Event("target.offline", target: new(4, "other"))).GetProperty("dedup_key").GetString());
        Assert.Equal(
            "fixity:test",
            Written.Json("pagerduty", Written.Event("file.added") with { Kind = Alert.Deliveries.Messages.MessageKind.Test })
                .GetProperty("dedup_key").GetString());
    }

    [Theory]
    [InlineData("file.corrupted", "file.restored")]
    [InlineData("target.offline", "target.online")]
    [InlineData("scan.failed", "scan.completed")]
    public void Alertmanager_is_told_the_end_under_the_labels_of_the_beginning(string opens, string closes)
    {
        var fires = Assert.Single(Written.Json("alertmanager", Written.Event(opens)).EnumerateArray().ToList());
        var ends = Written.Json("alertmanager", Written.Event(closes)).EnumerateArray().ToList();

        Assert.True(fires.GetProperty("endsAt").GetDateTimeOffset() > Written.At.AddDays(1));
        Assert.Contains(ends, end => JsonElement.DeepEquals(end.GetProperty("labels"), fires.GetProperty("labels")));
        Assert.All(ends, end => Assert.Equal(Written.At, end.GetProperty("endsAt").GetDateTimeOffset()));
    }

    [Fact]
    public void Alertmanager_gets_one_alert_for_what_stays_wrong_and_one_for_each_kind_of_the_rest()
    {
        var alerts = Written.Json("alertmanager", Written.Digest(100_000)).EnumerateArray()
            .Where(alert => alert.TryGetProperty("startsAt", out _))
            .ToDictionary(alert => alert.GetProperty("labels").GetProperty("alertname").GetString()!);

        Assert.Equal(["FixityFileDamaged", "FixityFileDeleted"], alerts.Keys.Order());
        Assert.Equal("critical", alerts["FixityFileDamaged"].GetProperty("labels").GetProperty("severity").GetString());
        Assert.Equal("medium", alerts["FixityFileDeleted"].GetProperty("labels").GetProperty("severity").GetString());
        Assert.Equal(
            "100,000 files deleted", alerts["FixityFileDeleted"].GetProperty("annotations").GetProperty("summary").GetString());
        Assert.EndsWith(
            "and 99,991 more", alerts["FixityFileDeleted"].GetProperty("annotations").GetProperty("description").GetString());
    }

    [Fact]
    public void Alertmanagers_labels_come_from_small_sets_whatever_files_are_called()
    {
        var batch = Written.Json("alertmanager", Written.Batch(500, i => new string('x', 4096)));

        Assert.All(batch.EnumerateArray(), alert => Assert.All(
            alert.GetProperty("labels").EnumerateObject(), label => Assert.InRange(label.Value.GetString()!.Length, 1, 100)));
        Assert.Equal(1, batch.GetArrayLength());
    }
}
