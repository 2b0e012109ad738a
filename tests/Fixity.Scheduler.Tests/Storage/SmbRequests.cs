using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fixity.Scheduler.Tests.Storage;

/// <summary>A target on a share with stored credentials, as most of these tests need one.</summary>
internal static class SmbRequests
{
    public const string Secret = "correct horse battery staple";

    public const string Storage = """{"type":"smb","connection":{"smb":{"server":"nas.example","share":"media","path":"films"}}}""";

    public static (string Name, JsonNode? Value)[] Share(string? credentials = null) =>
    [
        .. JsonNode.Parse(Storage)!.AsObject().Select(member => (member.Key, (JsonNode?)member.Value!.DeepClone())),
        ("root", null),
        ("credentials", JsonNode.Parse(credentials ?? $$"""{"user":"ada","secret":"{{Secret}}"}""")),
    ];

    public static async Task<int> CreateShareAsync(this SchedulerFixture scheduler, string? credentials = null) =>
        await scheduler.CreateIdAsync(Share(credentials));

    /// <summary>The target as the answer has it, after it was saved with these members.</summary>
    public static async Task<JsonElement> PutAsync(
        this SchedulerFixture scheduler, int id, params (string Name, JsonNode? Value)[] members)
    {
        using var response = await scheduler.Admin.PutAsJsonAsync($"/api/v1/targets/{id}", scheduler.Request(members));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>The fields that were refused.</summary>
    public static async Task<string[]> RefusedAsync(
        this SchedulerFixture scheduler, int? id, params (string Name, JsonNode? Value)[] members)
    {
        using var response = id is null
            ? await scheduler.Admin.PostAsJsonAsync("/api/v1/targets", scheduler.Request(members))
            : await scheduler.Admin.PutAsJsonAsync($"/api/v1/targets/{id}", scheduler.Request(members));
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(problem.TryGetProperty("errors", out var errors), problem.ToString());
        return [.. errors.EnumerateObject().Select(e => e.Name).Order(StringComparer.Ordinal)];
    }
}
