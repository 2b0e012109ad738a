using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fixity.Core;
using Fixity.ServiceDefaults.Identity;

namespace Fixity.Scheduler.Tests.GlobalSettings;

public sealed class SettingEndpointsTests(SchedulerFixture scheduler) : IClassFixture<SchedulerFixture>
{
    private const string Path = "/api/v1/settings";

    [Fact]
    public async Task All_settings_are_listed_with_what_there_is_to_know_of_them()
    {
        var items = (await scheduler.Viewer.GetFromJsonAsync<JsonElement>(Path)).GetProperty("items");

        Assert.Equal(Settings.All.Select(s => s.Key), items.EnumerateArray().Select(s => s.GetProperty("key").GetString()));
        var retention = Of(items, "deliveries_retention_days");
        Assert.Equal(90, retention.GetProperty("value").GetInt32());
        Assert.Equal(90, retention.GetProperty("default").GetInt32());
        Assert.Equal(1, retention.GetProperty("minimum").GetDouble());
        Assert.Equal("whole", retention.GetProperty("type").GetString());
        Assert.Equal(JsonValueKind.Null, retention.GetProperty("updatedAt").ValueKind);
    }

    [Fact]
    public async Task A_setting_is_changed_and_reset_and_each_change_is_told_to_the_audit_log()
    {
        using var changed = await PutAsync(("audit_retention_days", 400), ("max_active_scans", 3));

        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        var setting = Of((await changed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items"), "audit_retention_days");
        Assert.Equal(400, setting.GetProperty("value").GetInt32());
        Assert.Equal("ada", setting.GetProperty("updatedBy").GetString());
        Assert.Equal("settings-changed", NoteOf(changed)?.Action);
        Assert.Equal("""{"audit_retention_days":3650,"max_active_scans":null}""", NoteOf(changed)?.Before?.ToJsonString());
        Assert.Equal("""{"audit_retention_days":400,"max_active_scans":3}""", NoteOf(changed)?.After?.ToJsonString());

        using var same = await PutAsync(("audit_retention_days", 400));
        Assert.Null(NoteOf(same));

        using var reset = await PutAsync(("audit_retention_days", null), ("max_active_scans", null));
        Assert.Equal("""{"audit_retention_days":"default","max_active_scans":"default"}""", NoteOf(reset)?.After?.ToJsonString());
        setting = Of((await reset.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items"), "audit_retention_days");
        Assert.Equal(3650, setting.GetProperty("value").GetInt32());
        Assert.Equal(JsonValueKind.Null, setting.GetProperty("updatedBy").ValueKind);
    }

    [Fact]
    public async Task One_wrong_setting_changes_none_and_each_wrong_one_is_named()
    {
        using var refused = await PutAsync(
            ("scan_details_days", 60), ("retention_days", 0), ("no_such_setting", 1), ("default_time_zone", "Mars/Olympus"));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        var errors = (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors");
        Assert.Equal(
            ["default_time_zone", "no_such_setting", "retention_days"],
            errors.EnumerateObject().Select(e => e.Name).Order(StringComparer.Ordinal));
        var items = (await scheduler.Viewer.GetFromJsonAsync<JsonElement>(Path)).GetProperty("items");
        Assert.Equal(30, Of(items, "scan_details_days").GetProperty("value").GetInt32());
    }

    [Theory]
    [InlineData("default_schedule", "\"0 3 * *\"")]
    [InlineData("default_schedule", "\"0 3 31 2 *\"")]
    [InlineData("allowed_roots", "[\"/there/is/no/such/folder\"]")]
    [InlineData("default_large_change_percent", "-1")]
    public async Task What_only_a_scheduler_can_tell_is_told(string key, string json)
    {
        using var refused = await PutAsync((key, JsonNode.Parse(json)));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.True((await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors").TryGetProperty(key, out _));
    }

    [Fact]
    public async Task A_stored_value_that_cannot_be_used_is_said_and_its_default_holds()
    {
        await scheduler.Database.ExecuteAsync(
            "insert into scheduler.settings (key, value) values ('scan_now_cooldown_seconds', '\"soon\"')");

        var setting = Of(
            (await scheduler.Viewer.GetFromJsonAsync<JsonElement>(Path)).GetProperty("items"), "scan_now_cooldown_seconds");

        Assert.Equal(60, setting.GetProperty("value").GetInt32());
        Assert.Equal(JsonValueKind.String, setting.GetProperty("problem").ValueKind);
    }

    [Fact]
    public async Task A_target_takes_the_settings_where_it_says_nothing_and_none_where_it_says_null()
    {
        using var set = await PutAsync(
            ("default_schedule", "30 4 * * 1"), ("default_time_zone", "Europe/Berlin"),
            ("default_checksum_algorithm", "sha256"), ("default_sample_percent", 2.5), ("default_verify_within_days", 45),
            ("default_large_change_count", 0), ("default_large_change_percent", 12), ("default_large_change_bytes", 4096));
        Assert.Equal(HttpStatusCode.OK, set.StatusCode);

        var silent = await scheduler.CreateAsync();
        var explicitly = await scheduler.CreateAsync(
            ("schedule", null), ("largeChangePercent", null), ("samplePercent", 1), ("checksumAlgorithm", "blake3"));
        using var reset = await PutAsync(
            ("default_schedule", null), ("default_time_zone", null), ("default_checksum_algorithm", null),
            ("default_sample_percent", null), ("default_verify_within_days", null), ("default_large_change_count", null),
            ("default_large_change_percent", null), ("default_large_change_bytes", null));

        Assert.Equal("30 4 * * 1", silent.GetProperty("schedule").GetString());
        Assert.Equal("Europe/Berlin", silent.GetProperty("timeZone").GetString());
        Assert.Equal("sha256", silent.GetProperty("checksumAlgorithm").GetString());
        Assert.Equal(2.5, silent.GetProperty("samplePercent").GetDouble());
        Assert.Equal(45, silent.GetProperty("verifyWithinDays").GetInt32());
        Assert.Equal(JsonValueKind.Null, silent.GetProperty("largeChangeCount").ValueKind);
        Assert.Equal(12, silent.GetProperty("largeChangePercent").GetDouble());
        Assert.Equal(4096, silent.GetProperty("largeChangeBytes").GetInt64());
        Assert.Equal(JsonValueKind.Null, explicitly.GetProperty("schedule").ValueKind);
        Assert.Equal(JsonValueKind.Null, explicitly.GetProperty("largeChangePercent").ValueKind);
        Assert.Equal(1, explicitly.GetProperty("samplePercent").GetDouble());
        Assert.Equal("blake3", explicitly.GetProperty("checksumAlgorithm").GetString());
    }

    [Fact]
    public async Task A_folder_that_is_allowed_by_a_setting_may_be_watched_until_it_is_not()
    {
        var folder = Directory.CreateTempSubdirectory("fixity-allowed-").FullName;
        try
        {
            Assert.Equal(HttpStatusCode.BadRequest, await WatchAsync(folder));
            using var allowed = await PutAsync(("allowed_roots", new JsonArray(folder)));
            Assert.Equal(HttpStatusCode.Created, await WatchAsync(folder));
            using var reset = await PutAsync(("allowed_roots", null));
            Assert.Equal(HttpStatusCode.BadRequest, await WatchAsync(folder));
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    [Fact]
    public async Task Only_an_administrator_changes_settings()
    {
        using var refused = await scheduler.Operator.PutAsJsonAsync(Path, new { retention_days = 1 });

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    private async Task<HttpStatusCode> WatchAsync(string folder)
    {
        using var response = await scheduler.Admin.PostAsJsonAsync("/api/v1/targets", scheduler.Request(("root", folder)));
        return response.StatusCode;
    }

    private Task<HttpResponseMessage> PutAsync(params (string Key, JsonNode? Value)[] values) =>
        scheduler.Admin.PutAsJsonAsync(
            Path, new JsonObject(values.Select(v => KeyValuePair.Create(v.Key, v.Value))));

    private static AuditNote? NoteOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues(AuditNote.Header, out var notes) ? AuditNote.Parse(Assert.Single(notes)) : null;

    private static JsonElement Of(JsonElement items, string key) =>
        items.EnumerateArray().Single(s => s.GetProperty("key").GetString() == key);
}
