using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fixity.ServiceDefaults.Identity;

namespace Fixity.Alert.Tests.Mutes;

[Trait("Category", "Database")]
public sealed class MuteEndpointsTests : AlertTest
{
    private static readonly DateTimeOffset Later = DateTimeOffset.UtcNow.AddHours(2);

    [Fact]
    public async Task An_operator_mutes_and_unmutes_and_everybody_sees_who_did_it_and_why()
    {
        var service = Service();
        using var op = service.CreateClientAs(Roles.Operator);
        using var viewer = service.CreateClientAs(Roles.Viewer);

        using var created = await op.PostAsJsonAsync(
            "/api/v1/mutes", new { until = Later, reason = " new disks ", targetId = TargetId, path = "photos/", @event = "file.*" });

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var all = await viewer.GetFromJsonAsync<JsonElement>("/api/v1/mutes");
        var mute = Assert.Single(all.EnumerateArray().ToList());
        Assert.Equal(
            ("new disks", TargetId, "photos/", "file.*", false, 0),
            (mute.GetProperty("reason").GetString(), mute.GetProperty("targetId").GetInt32(),
                mute.GetProperty("path").GetString(), mute.GetProperty("event").GetString(),
                mute.GetProperty("isOver").GetBoolean(), mute.GetProperty("suppressed").GetInt32()));
        Assert.False(string.IsNullOrEmpty(mute.GetProperty("createdBy").GetString()));

        await Database.ExecuteAsync("update alert.mutes set until = now() - interval '1 day'");
        Assert.True((await viewer.GetFromJsonAsync<JsonElement>("/api/v1/mutes"))[0].GetProperty("isOver").GetBoolean());
        var id = mute.GetProperty("id").GetInt32();
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.DeleteAsync($"/api/v1/mutes/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await op.DeleteAsync($"/api/v1/mutes/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await op.DeleteAsync($"/api/v1/mutes/{id}")).StatusCode);
    }

    [Theory]
    [InlineData("until", "\"2020-01-01T00:00:00Z\"")]
    [InlineData("reason", "\"  \"")]
    [InlineData("reason", "\"two\\nlines\"")]
    [InlineData("path", "\"a//b\"")]
    [InlineData("path", "\"\"")]
    [InlineData("event", "\"file.burnt\"")]
    [InlineData("targetId", "99999")]
    public async Task A_wrong_value_is_refused_and_its_field_named(string field, string json)
    {
        using var op = Service().CreateClientAs(Roles.Operator);
        var request = new JsonObject { ["until"] = JsonValue.Create(Later), ["reason"] = "maintenance" };
        request[field] = JsonNode.Parse(json);

        using var response = await op.PostAsJsonAsync("/api/v1/mutes", request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(field, Assert.Single(problem.GetProperty("errors").EnumerateObject().ToList()).Name);
    }

    [Fact]
    public async Task Viewers_do_not_mute()
    {
        using var viewer = Service().CreateClientAs(Roles.Viewer);

        using var response = await viewer.PostAsJsonAsync("/api/v1/mutes", new { until = Later, reason = "quiet" });

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }
}
