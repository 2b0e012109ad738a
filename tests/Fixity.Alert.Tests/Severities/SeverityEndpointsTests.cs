using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Fixity.ServiceDefaults.Identity;

namespace Fixity.Alert.Tests.Severities;

[Trait("Category", "Database")]
public sealed class SeverityEndpointsTests : AlertTest
{
    [Fact]
    public async Task An_operator_says_otherwise_for_a_target_and_takes_it_back()
    {
        var service = Service();
        using var op = service.CreateClientAs(Roles.Operator);
        using var viewer = service.CreateClientAs(Roles.Viewer);

        var said = await PutAsync(op, new Dictionary<string, string?> { ["file.deleted"] = "critical", ["file.added"] = "low" });
        Assert.Equal("critical", said.GetProperty("severities").GetProperty("file.deleted").GetString());
        await PutAsync(op, new Dictionary<string, string?> { ["file.deleted"] = null });

        var list = await viewer.GetFromJsonAsync<JsonElement>("/api/v1/severities");
        Assert.Equal(
            ("critical", "medium", "high", "medium", "info"),
            (Default(list, "file.tampered"), Default(list, "file.deleted"), Default(list, "large_change.detected"),
                Default(list, "scan.partial"), Default(list, "scan.completed")));
        var target = Assert.Single(list.GetProperty("targets").EnumerateArray().ToList());
        Assert.Equal(TargetId, target.GetProperty("targetId").GetInt32());
        Assert.Equal("""{"file.added":"low"}""", target.GetProperty("severities").GetRawText());
    }

    [Fact]
    public async Task What_is_no_event_no_severity_or_no_target_is_refused_and_viewers_change_nothing()
    {
        var service = Service();
        using var op = service.CreateClientAs(Roles.Operator);
        using var viewer = service.CreateClientAs(Roles.Viewer);
        var url = $"/api/v1/severities/{TargetId}";

        Assert.Equal(HttpStatusCode.BadRequest, (await op.PutAsJsonAsync(url, new Dictionary<string, string> { ["file.burnt"] = "low" })).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await op.PutAsJsonAsync(url, new Dictionary<string, string> { ["file.added"] = "dire" })).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await op.PutAsJsonAsync("/api/v1/severities/99999", new { })).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.PutAsJsonAsync(url, new { })).StatusCode);
        await Database.ExecuteAsync("update scheduler.targets set deleted_at = now()");
        Assert.Equal(HttpStatusCode.NotFound, (await op.PutAsJsonAsync(url, new Dictionary<string, string> { ["file.added"] = "low" })).StatusCode);
        Assert.Equal(0, await Database.ScalarAsync<long>("select count(*) from alert.severities"));
    }

    private async Task<JsonElement> PutAsync(HttpClient client, Dictionary<string, string?> severities)
    {
        using var response = await client.PutAsJsonAsync($"/api/v1/severities/{TargetId}", severities);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static string? Default(JsonElement list, string type) => list.GetProperty("defaults").GetProperty(type).GetString();
}
