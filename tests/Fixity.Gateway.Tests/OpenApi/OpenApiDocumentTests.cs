using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fixity.Gateway.OpenApi;
using Fixity.Gateway.Routing;
using Fixity.Testing.OpenApi;
using Microsoft.AspNetCore.Http;

namespace Fixity.Gateway.Tests.OpenApi;

[Trait("Category", "Database")]
public sealed class OpenApiDocumentTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const string MergedPath = "frontend/src/api/openapi.json";

    private static readonly (string Service, string Path)[] Committed =
    [
        ("gateway", "gateway/Fixity.Gateway/openapi.json"),
        ("query", "services/Fixity.Query/openapi.json"),
        ("scheduler", "services/Fixity.Scheduler/openapi.json"),
        ("scanner", "services/Fixity.Scanner/openapi.json"),
        ("alert", "services/Fixity.Alert/openapi.json"),
    ];

    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [Fact]
    public async Task The_gateway_is_what_its_committed_document_says()
    {
        using var handler = new OwnPart { InnerHandler = new HttpClientHandler() };
        using var client = new HttpClient(handler) { BaseAddress = gateway.Address };

        await CommittedDocument.AssertAsync(client, "gateway/Fixity.Gateway/openapi.json");
    }

    [Fact]
    public async Task The_document_that_the_pages_are_generated_from_is_the_merger_of_all_services()
    {
        var path = Path.Combine(Root(), MergedPath);
        var merged = (await MergeCommittedAsync()).ToJsonString(Readable) + "\n";
        if (Environment.GetEnvironmentVariable("FIXITY_UPDATE") == "1")
        {
            await File.WriteAllTextAsync(path, merged);
            return;
        }

        Assert.True(
            merged == (await File.ReadAllTextAsync(path)).ReplaceLineEndings("\n"),
            $"{MergedPath} is stale: run this test with FIXITY_UPDATE=1, then npm run api in frontend/, and commit both.");
    }

    [Fact]
    public async Task What_the_services_describe_and_what_the_table_passes_on_are_the_same()
    {
        var described = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (service, path) in Committed.Where(c => c.Service != "gateway"))
        {
            var merged = OpenApiMerger.Merge([(service, await ReadAsync(path))]);
            described.UnionWith(merged["paths"]!.AsObject().SelectMany(item => item.Value!.AsObject()
                .Select(operation => $"{operation.Key.ToUpperInvariant()} {item.Key} {service}")));
        }

        var routed = new SortedSet<string>(
            RouteTable.All.Select(r => $"{r.Method} {RouteTable.Root}{WithoutConstraints(r.Path)} {r.Service}"),
            StringComparer.Ordinal);

        Assert.Equal(routed, described);
    }

    [Fact]
    public async Task The_gateway_merges_what_answers_and_says_who_does_not()
    {
        gateway.Upstream.Handlers["/openapi/v1.json"] = context =>
            context.Response.WriteAsync("""{"openapi":"3.1.1","paths":{"/api/v1/targets":{"get":{}}}}""");
        var all = gateway.Upstream.Address.ToString();
        var app = gateway.Start(null, new Dictionary<string, string?> { ["services:query:http:0"] = all });
        var client = gateway.NewNobody(app.ClientOptions.BaseAddress);

        using var answer = await client.GetAsync("/openapi/v1.json");
        var document = (await answer.JsonAsync());

        Assert.True(document.GetProperty("paths").TryGetProperty("/api/v1/targets", out _));
        Assert.True(document.GetProperty("paths").TryGetProperty("/api/v1/auth/login", out _));
        Assert.Equal(
            ["alert", "scanner", "scheduler"],
            document.GetProperty("x-fixity-missing").EnumerateArray().Select(m => m.GetString()).Order());
        using var again = await client.GetAsync("/openapi/v1.json");
        Assert.Single(gateway.Upstream.Requests, r => r.Path == "/openapi/v1.json");
    }

    private static async Task<JsonObject> MergeCommittedAsync()
    {
        var documents = new List<(string, JsonObject)>();
        foreach (var (service, path) in Committed)
        {
            documents.Add((service, await ReadAsync(path)));
        }

        return OpenApiMerger.Merge(documents);
    }

    private static async Task<JsonObject> ReadAsync(string path)
    {
        var file = Path.Combine(Root(), path);
        Assert.True(File.Exists(file), $"{path} is missing: the service's own test writes it with FIXITY_UPDATE=1.");
        return JsonNode.Parse(await File.ReadAllTextAsync(file))!.AsObject();
    }

    private static string WithoutConstraints(string path) => path
        .Replace(":long}", "}", StringComparison.Ordinal)
        .Replace(":guid}", "}", StringComparison.Ordinal);

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run below the repository.");
        }

        return folder.FullName;
    }

    /// <summary>Asks for the gateway's part where the merged document would be asked for.</summary>
    private sealed class OwnPart : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri(request.RequestUri!, "/openapi/gateway/v1.json");
            return base.SendAsync(request, cancellationToken);
        }
    }
}
