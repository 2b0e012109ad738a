using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fixity.EndToEnd.Tests;

/// <summary>The product's API as a script of a user's sees it: through the gateway, with a session.</summary>
public sealed class ApiClient : IDisposable
{
    public const string UserName = "ada";
    public const string Password = "a long enough passphrase";

    private readonly HttpClient _http;

    private ApiClient(Uri address) => _http = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromSeconds(60),
    };

    /// <summary>Uses the one-time link: the first administrator, signed in.</summary>
    public static async Task<ApiClient> SetUpAsync(Uri setupLink)
    {
        var client = new ApiClient(new Uri(setupLink.GetLeftPart(UriPartial.Authority)));
        var token = setupLink.Fragment["#token=".Length..];
        var session = await client.PostAsync("/api/v1/auth/setup", new { token, username = UserName, password = Password });
        client._http.DefaultRequestHeaders.Add("X-CSRF-Token", (string)session["csrfToken"]!);
        return client;
    }

    public async Task<JsonNode> GetAsync(string path) => await ReadAsync(await _http.GetAsync(new Uri(path, UriKind.Relative)));

    public async Task<JsonNode> PostAsync(string path, object body) =>
        await ReadAsync(await _http.PostAsJsonAsync(new Uri(path, UriKind.Relative), body));

    public async Task<HttpStatusCode> StatusOfAsync(string path)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode;
    }

    public async Task<int> CreateTargetAsync(string name, string root) =>
        (int)(await PostAsync("/api/v1/targets", new { name, type = "local", root }))["id"]!;

    public async Task<long> StartScanAsync(int target, string mode = "incremental") =>
        (long)(await PostAsync($"/api/v1/targets/{target}/scans", new { mode }))["scanId"]!;

    public async Task<JsonNode> ScanToItsEndAsync(int target, string mode = "incremental") =>
        await EndOfAsync(await StartScanAsync(target, mode));

    /// <summary>The end of a scan, or of the last of those that go on for it.</summary>
    public async Task<JsonNode> EndOfAsync(long scan)
    {
        var ended = await UntilAsync(
            $"/api/v1/scans/{scan}", node => node["endedAt"] is not null, TimeSpan.FromMinutes(3));
        return (long?)ended["resumedBy"] is { } next ? await EndOfAsync(next) : ended;
    }

    public async Task<JsonNode> UntilAsync(string path, Func<JsonNode, bool> condition, TimeSpan patience)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var node = await GetAsync(path);
            if (condition(node))
            {
                return node;
            }

            Assert.True(watch.Elapsed < patience, $"{path} did not come to it in {patience}: {node.ToJsonString()}");
            await Task.Delay(250);
        }
    }

    public async Task<IReadOnlyList<JsonNode>> ItemsAsync(string path) =>
        [.. (await GetAsync(path))["items"]!.AsArray().Select(n => n!)];

    public void Dispose() => _http.Dispose();

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.IsSuccessStatusCode, $"{answer.RequestMessage?.RequestUri}: {(int)answer.StatusCode} {text}");
            try
            {
                return JsonNode.Parse(text) ?? throw new JsonException("null");
            }
            catch (JsonException e)
            {
                throw new InvalidOperationException($"{answer.RequestMessage?.RequestUri} answered no JSON: {text}", e);
            }
        }
    }
}
