using Fixity.Alert.Mutes;
using Fixity.Alert.Severities;
using Fixity.Alert.Webhooks;
using Fixity.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.Alert.Tests.Deliveries.Judging;

[Trait("Category", "Database")]
public sealed class JudgeTests : MatchingTest
{
    [Fact]
    [Trait("Scenario", "A1")]
    public async Task A_state_is_told_when_it_changes_however_many_scans_fail_between()
    {
        var parts = Parts();
        var webhook = await AddAsync(parts, WebhookMode.Digest);
        for (var i = 0; i < 10; i++)
        {
            await AddEventAsync("scan.failed", details: """{"reason": "storage_identity_missing"}""");
            await AddEventAsync("target.offline", details: """{"reason": "storage_identity_missing"}""");
            await MatchAsync(parts);
        }

        Assert.Equal(["scan.failed", "target.offline"], (await ToldAsync(webhook)).Select(told => told.Type));

        await AddEventAsync("target.online");
        await AddEventAsync("target.online");
        await AddEventAsync("scan.failed", details: """{"reason": "storage_timeout"}""");
        await AddEventAsync("scan.partial");
        await AddEventAsync("scan.failed", details: """{"reason": "storage_timeout"}""");
        await AddEventAsync("target.offline");
        await MatchAsync(parts);

        // Another reason is news, and so is the same one after a scan that did not fail.
        Assert.Equal(
            ["scan.failed", "target.offline", "target.online", "scan.failed", "scan.failed", "target.offline"],
            (await ToldAsync(webhook)).Select(told => told.Type));
        Assert.All(await ToldAsync(webhook), told => Assert.Equal("event", told.Kind));
    }

    [Fact]
    public async Task What_stands_is_kept_for_each_target()
    {
        var parts = Parts();
        await AddAsync(parts, WebhookMode.Each);
        var other = await Database.AddTargetAsync();
        await AddEventAsync("target.offline");
        await AddEventAsync("target.offline", target: other);
        await AddEventAsync("target.offline");
        await MatchAsync(parts);

        Assert.Equal([TargetId, other], (await ToldAsync()).Select(told => told.TargetId!.Value));
    }

    [Fact]
    [Trait("Scenario", "A3")]
    public async Task A_corruption_that_nobody_settled_is_told_once_and_another_one_of_the_same_file_again()
    {
        var parts = Parts();
        await AddAsync(parts, WebhookMode.Each);
        foreach (var (type, checksum) in new[]
        {
            ("corrupted", "01fe"), ("corrupted", "01fe"), ("tampered", "01fe"), ("corrupted", "02fe"),
            ("restored", "00ff"), ("corrupted", "02fe"), ("accepted", "02fe"), ("corrupted", "02fe"),
        })
        {
            await AddChangesAsync(type, 1, checksum: checksum);
            await MatchAsync(parts);
        }

        Assert.Equal(
            ["file.corrupted", "file.corrupted", "file.restored", "file.corrupted", "file.corrupted"],
            (await ToldAsync()).Select(told => told.Type));
    }

    [Fact]
    public async Task A_guarantee_that_stays_broken_is_told_once_and_its_healing_matters_less()
    {
        var parts = Parts();
        await AddAsync(parts, WebhookMode.Digest);
        foreach (var state in new[] { "breached", "breached", "healed", "healed", "breached" })
        {
            await AddEventAsync("verification.stale", details: $$"""{"state": "{{state}}"}""");
        }

        await MatchAsync(parts);

        Assert.Equal(["medium", "info", "medium"], (await ToldAsync()).Select(told => told.Severity));
    }

    [Fact]
    public async Task A_webhook_is_told_of_its_targets_its_paths_and_what_matters_enough()
    {
        var parts = Parts();
        var other = await Database.AddTargetAsync();
        var ofTarget = await AddAsync(parts, WebhookMode.Each, r => r with { Targets = [other] });
        var ofPaths = await AddAsync(parts, WebhookMode.Each, r => r with { Paths = ["photos/", "!*.tmp", "*.raw"] });
        var ofWeight = await AddAsync(parts, WebhookMode.Each, r => r with { MinSeverity = Severity.Medium });
        await AddChangesAsync("deleted", 1, paths: "photos/2019");
        await AddChangesAsync("modified", 1, paths: "letters", target: other);
        await AddChangesAsync("deleted", 1, paths: "letters/x.raw");
        await AddEventAsync("target.offline");
        await MatchAsync(parts);

        Assert.Equal(["file.modified"], (await ToldAsync(ofTarget)).Select(told => told.Type));
        Assert.Equal(
            ["photos/2019/1", "letters/x.raw/1", null], (await ToldAsync(ofPaths)).Select(PathOf));
        Assert.Equal(["file.deleted", "file.deleted", "target.offline"], (await ToldAsync(ofWeight)).Select(told => told.Type));
    }

    [Fact]
    public async Task A_file_that_left_a_watched_folder_is_told_of()
    {
        var parts = Parts();
        await AddAsync(parts, WebhookMode.Each, r => r with { Paths = ["/photos/"] });
        await AddChangesAsync("moved", 2, paths: "elsewhere");
        await Database.ExecuteAsync("update scanner.change_events set previous_path = 'photos/x' where path = 'elsewhere/2'");
        await MatchAsync(parts);

        Assert.Equal("elsewhere/2", PathOf(Assert.Single(await ToldAsync())));
    }

    [Fact]
    public async Task A_mute_keeps_its_target_path_or_event_quiet_and_counts_each_event_once()
    {
        var parts = Parts();
        var other = await Database.AddTargetAsync();
        await AddAsync(parts, WebhookMode.Each);
        var second = await AddAsync(parts, WebhookMode.Each);
        var ofTarget = await MuteAsync(parts, r => r with { TargetId = other });
        var ofPath = await MuteAsync(parts, r => r with { Path = "cache/" });
        var ofEvent = await MuteAsync(parts, r => r with { Event = "target.*" });
        var ofBoth = await MuteAsync(parts, r => r with { Path = "*.tmp", Event = "file.deleted" });
        await AddChangesAsync("deleted", 3, target: other);
        await AddChangesAsync("deleted", 4, paths: "a/cache");
        await AddChangesAsync("deleted", 1, paths: "kept");
        await AddChangesAsync("deleted", 1, paths: "x.tmp");
        await AddEventAsync("target.offline");
        await AddEventAsync("scan.failed");
        await Database.ExecuteAsync("update scanner.change_events set path = 'a/x.tmp' where path = 'x.tmp/1'");
        await MatchAsync(parts);

        Assert.Equal(["kept/1", null], (await ToldAsync(second)).Select(PathOf));
        Assert.Equal((3, 4, 1, 1), (
            await SuppressedAsync(ofTarget), await SuppressedAsync(ofPath), await SuppressedAsync(ofEvent),
            await SuppressedAsync(ofBoth)));
    }

    [Fact]
    public async Task A_mute_ends_by_itself_and_covers_what_happened_before_that_also_when_it_is_read_later()
    {
        var parts = Parts();
        await AddAsync(parts, WebhookMode.Each);
        var mute = await MuteAsync(parts, r => r);
        await AddChangesAsync("deleted", 1, paths: "during");
        await Database.ExecuteAsync("update alert.mutes set until = now()");
        await AddChangesAsync("deleted", 1, paths: "after");
        await MatchAsync(parts);

        Assert.Equal("after/1", PathOf(Assert.Single(await ToldAsync())));
        Assert.Equal(1, await SuppressedAsync(mute));
    }

    [Fact]
    public async Task What_a_mute_kept_quiet_is_told_when_it_happens_again_after_it()
    {
        var parts = Parts();
        await AddAsync(parts, WebhookMode.Each);
        await MuteAsync(parts, r => r);
        await AddChangesAsync("corrupted", 1);
        await AddEventAsync("target.offline");
        await MatchAsync(parts);
        Assert.Empty(await ToldAsync());

        await Database.ExecuteAsync("delete from alert.mutes");
        await AddChangesAsync("corrupted", 1);
        await AddEventAsync("target.offline");
        await MatchAsync(parts);

        Assert.Equal(["file.corrupted", "target.offline"], (await ToldAsync()).Select(told => told.Type));
    }

    [Fact]
    public async Task A_recovery_within_a_mute_lets_the_next_outage_be_told()
    {
        var parts = Parts();
        await AddAsync(parts, WebhookMode.Each);
        await AddEventAsync("target.offline");
        await MatchAsync(parts);
        await MuteAsync(parts, r => r);
        await AddEventAsync("target.online");
        await MatchAsync(parts);
        await Database.ExecuteAsync("delete from alert.mutes");
        await AddEventAsync("target.offline");
        await MatchAsync(parts);

        Assert.Equal(["target.offline", "target.offline"], (await ToldAsync()).Select(told => told.Type));
    }

    [Fact]
    public async Task A_target_may_say_otherwise_how_much_an_event_matters()
    {
        var parts = Parts();
        var other = await Database.AddTargetAsync();
        await AddAsync(parts, WebhookMode.Each, r => r with { MinSeverity = Severity.High });
        await parts.GetRequiredService<SeverityStore>().ChangeAsync(
            other, new Dictionary<string, Severity?> { ["file.deleted"] = Severity.Critical, ["target.offline"] = Severity.Low },
            "somebody", CancellationToken.None);
        await AddChangesAsync("deleted", 1);
        await AddChangesAsync("deleted", 1, target: other);
        await AddEventAsync("target.offline");
        await AddEventAsync("target.offline", target: other);
        await MatchAsync(parts);

        Assert.Equal(
            [(other, "file.deleted", "critical"), (TargetId, "target.offline", "high")],
            (await ToldAsync()).Select(told => (told.TargetId!.Value, told.Type, told.Severity)));
    }

    private static async Task<int> MuteAsync(ServiceProvider parts, Func<MuteRequest, MuteRequest> of) =>
        (await parts.GetRequiredService<MuteStore>().CreateAsync(
            of(new MuteRequest(DateTimeOffset.UtcNow.AddHours(1), "maintenance")), "somebody", CancellationToken.None))!.Id;

    private Task<long> SuppressedAsync(int mute) =>
        Database.ScalarAsync<long>($"select suppressed from alert.mutes where id = {mute}");

    private static string? PathOf(Told told) =>
        told.Data.GetProperty("events")[0].GetProperty("data").TryGetProperty("path", out var path) ? path.GetString() : null;
}
