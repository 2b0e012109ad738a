using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fixity.Testing.Postgres;
using Fixity.Testing.Services;

namespace Fixity.Scheduler.Tests;

/// <summary>One scheduler over a database of its own, with a folder that may be watched.</summary>
public sealed class SchedulerFixture : IAsyncLifetime
{
    public TestDatabase Database { get; } = new();

    /// <summary>The only allowed root.</summary>
    public string Allowed { get; } = Directory.CreateTempSubdirectory("fixity-roots-").FullName;

    public ServiceApplication<Program> Service { get; private set; } = null!;

    public HttpClient Admin { get; private set; } = null!;

    public HttpClient Operator { get; private set; } = null!;

    public HttpClient Viewer { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await Database.InitializeAsync();
        Service = new ServiceApplication<Program>(
            Database.ConnectionString,
            new Dictionary<string, string?>
            {
                ["Scheduler:AllowedRoots:0"] = Allowed,
                ["Scheduler:QueueInterval"] = "00:00:00.1",
            });
        Admin = Service.CreateClientAs("admin", "ada");
        Operator = Service.CreateClientAs("operator", "otto");
        Viewer = Service.CreateClientAs("viewer", "vera");
    }

    public async Task DisposeAsync()
    {
        await Service.DisposeAsync();
        await Database.DisposeAsync();
        Directory.Delete(Allowed, recursive: true);
    }

    /// <summary>A new folder below the allowed root.</summary>
    public string Folder(string? name = null) =>
        Directory.CreateDirectory(Path.Combine(Allowed, name ?? Guid.NewGuid().ToString("N"))).FullName;

    /// <summary>A valid request, with members replaced or added.</summary>
    public JsonObject Request(params (string Name, JsonNode? Value)[] members)
    {
        var request = new JsonObject
        {
            ["name"] = $"target {Guid.NewGuid():N}",
            ["type"] = "local",
            ["root"] = Folder(),
        };
        foreach (var (name, value) in members)
        {
            request[name] = value;
        }

        return request;
    }

    public async Task<JsonElement> CreateAsync(params (string Name, JsonNode? Value)[] members)
    {
        using var response = await Admin.PostAsJsonAsync("/api/v1/targets", Request(members));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    public async Task<int> CreateIdAsync(params (string Name, JsonNode? Value)[] members) =>
        (await CreateAsync(members)).GetProperty("id").GetInt32();
}
