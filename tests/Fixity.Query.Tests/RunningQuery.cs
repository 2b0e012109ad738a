using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fixity.ServiceDefaults.Identity;
using Fixity.Testing.Postgres;
using Fixity.Testing.Services;

namespace Fixity.Query.Tests;

/// <summary>The whole service over a database of its own, asked as a viewer asks through the gateway.</summary>
public class RunningQuery : IAsyncLifetime
{
    public RunningQuery()
        : this(new TestDatabase())
    {
    }

    protected RunningQuery(TestDatabase database) => Database = database;

    private ServiceApplication<Program> Application { get; set; } = null!;

    public TestDatabase Database { get; }

    public HttpClient Client { get; private set; } = null!;

    /// <summary>A client that may know of these targets only.</summary>
    public HttpClient ClientOf(params int[] targets) => Application.CreateClientAs(Roles.Viewer, targets: targets);

    public HttpClient Stranger { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await Database.InitializeAsync();
        Application = new ServiceApplication<Program>(Database.ConnectionString);
        Client = Application.CreateClientAs(Roles.Viewer);
        Stranger = Application.CreateClient();
    }

    /// <summary>The answer as it is on the wire.</summary>
    public async Task<JsonObject> GetAsync(string path)
    {
        using var response = await Client.GetAsync(new Uri("/api/v1" + path, UriKind.Relative));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{path}: {(int)response.StatusCode} {text}");
        return JsonNode.Parse(text)!.AsObject();
    }

    public async Task<JsonObject[]> ItemsAsync(string path) =>
        [.. (await GetAsync(path))["items"]!.AsArray().Select(item => item!.AsObject())];

    /// <summary>Every item of a list, page by page.</summary>
    public async Task<List<JsonObject>> AllAsync(string path, int limit, Func<int, Task>? afterPage = null)
    {
        var all = new List<JsonObject>();
        string? cursor = null;
        var pages = 0;
        do
        {
            var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
            var page = await GetAsync($"{path}{separator}limit={limit}" + (cursor is null ? "" : $"&cursor={cursor}"));
            all.AddRange(page["items"]!.AsArray().Select(item => item!.AsObject()));
            cursor = (string?)page["nextCursor"];
            Assert.True(++pages < 1_000, "The pages have no end.");
            if (afterPage is not null)
            {
                await afterPage(pages);
            }
        }
        while (cursor is not null);

        return all;
    }

    public async Task<(HttpStatusCode Status, JsonElement Problem)> GetProblemAsync(string path)
    {
        using var response = await Client.GetAsync(new Uri("/api/v1" + path, UriKind.Relative));
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    public async Task DisposeAsync()
    {
        await Application.DisposeAsync();
        await Database.DisposeAsync();
    }
}
