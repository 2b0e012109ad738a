using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Fixity.Gateway.OpenApi;
using Fixity.Gateway.Routing;
using Fixity.ServiceDefaults.Problems;
using Fixity.Testing.OpenApi;
using Microsoft.AspNetCore.Http;
using Microsoft.OpenApi;

namespace Fixity.Gateway.Tests.OpenApi;

[Trait("Category", "Database")]
public sealed partial class OpenApiDocumentTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const string MergedPath = "frontend/src/api/openapi.json";

    private const string BreakingChangesPath = "docs/api/breaking-changes.md";

    private static readonly string[] SourceFolders = ["services", "gateway"];

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
        var document = await MergeCommittedAsync();
        await AssertNothingBreaksAsync(await ReadAsync(MergedPath), document);
        var merged = document.ToJsonString(Readable) + "\n";
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
            RouteTable.All.Select(r =>
                $"{r.Method} {RouteTable.Root}{OpenApiCompletion.WithoutConstraints(r.Path)} {r.Service}"),
            StringComparer.Ordinal);

        Assert.Equal(routed, described);
    }

    [Fact]
    public async Task The_document_is_sound_OpenAPI()
    {
        var read = OpenApiDocument.Parse((await MergeCommittedAsync()).ToJsonString(), OpenApiConstants.Json);

        Assert.Empty(read.Diagnostic!.Errors.Select(error => $"{error.Pointer}: {error.Message}"));
        Assert.NotEmpty(read.Document!.Paths);
    }

    [Fact]
    public async Task Every_body_has_an_example_that_its_schema_allows()
    {
        var document = await MergeCommittedAsync();
        var bodies = Operations(document).SelectMany(o => Bodies(o.Operation).Select(body => (o.Name, Body: body))).ToList();
        Assert.NotEmpty(bodies);
        foreach (var (name, body) in bodies)
        {
            var example = body.AsObject().TryGetPropertyValue("example", out var shown) ? shown : null;
            Assert.True(example is not null, $"{name} has no example.");
            Assert.Empty(SchemaCheck.Errors(example, body["schema"]!.AsObject(), document, name));
        }
    }

    [Fact]
    public async Task Every_problem_of_the_source_is_described_and_no_other()
    {
        var made = new SortedSet<string>(StringComparer.Ordinal) { Problem.ValidationSlug };
        foreach (var file in SourceFolders.SelectMany(folder =>
            Directory.EnumerateFiles(Path.Combine(Root(), folder), "*.cs", SearchOption.AllDirectories)))
        {
            made.UnionWith(MadeProblem().Matches(await File.ReadAllTextAsync(file)).Select(match => match.Groups[1].Value));
        }

        // Of an address that is not part of the API.
        made.Remove("not-found");
        made.UnionWith(CommonProblems.All.Select(common => common.Slug));

        var described = new SortedSet<string>(
            Operations(await MergeCommittedAsync()).SelectMany(o => Problems(o.Operation)), StringComparer.Ordinal);
        Assert.Equal("", string.Join(' ', made.Except(described)));
        Assert.Equal("", string.Join(' ', described.Except(made)));
    }

    [Fact]
    public async Task Every_operation_says_who_may_ask_and_how_it_fails()
    {
        foreach (var (name, operation) in Operations(await MergeCommittedAsync()))
        {
            Assert.True(operation["operationId"] is not null && operation["summary"] is not null, $"{name} has no name.");
            var isOpen = operation["security"]!.AsArray().Count == 0;
            Assert.True(isOpen == operation["x-fixity-role"] is null, name);
            Assert.True(isOpen || Problems(operation).Contains("not-signed-in"), name);
            Assert.Contains("internal-error", Problems(operation));
            foreach (var (status, answer) in operation["responses"]!.AsObject().Where(answer => answer.Key[0] is '4' or '5'))
            {
                Assert.True(
                    answer!["content"]?["application/problem+json"]?["examples"] is not null, $"{name} {status} names no problem.");
            }
        }
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

    private static IEnumerable<(string Name, JsonObject Operation)> Operations(JsonObject document) =>
        document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation =>
            ($"{operation.Key.ToUpperInvariant()} {path.Key}", operation.Value!.AsObject())));

    private static IEnumerable<JsonNode> Bodies(JsonObject operation) =>
        new[] { operation["requestBody"] }
            .Concat(operation["responses"]!.AsObject().Where(answer => answer.Key[0] == '2').Select(answer => answer.Value))
            .SelectMany(body => body?["content"]?.AsObject() ?? [])
            .Where(content => content.Key.StartsWith("application/json", StringComparison.Ordinal))
            .Select(content => content.Value!);

    private static IEnumerable<string> Problems(JsonObject operation) => operation["responses"]!.AsObject()
        .SelectMany(answer => answer.Value!["content"]?["application/problem+json"]?["examples"]?.AsObject() ?? [])
        .Select(example => example.Key);

    [GeneratedRegex("Problem\\.Of\\(\\s*[\\w.]+,\\s*\"([a-z0-9-]+)\"")]
    private static partial Regex MadeProblem();

    private static async Task<JsonObject> MergeCommittedAsync()
    {
        var documents = new List<(string, JsonObject)>();
        foreach (var (service, path) in Committed)
        {
            documents.Add((service, await ReadAsync(path)));
        }

        var merged = OpenApiMerger.Merge(documents);
        OpenApiCompletion.Complete(merged);
        // As a client reads it.
        return JsonNode.Parse(merged.ToJsonString())!.AsObject();
    }

    /// <summary>Before the committed document is compared or rewritten: what clients would stumble over is written down first.</summary>
    private static async Task AssertNothingBreaksAsync(JsonObject committed, JsonObject current)
    {
        var notes = await File.ReadAllTextAsync(Path.Combine(Root(), BreakingChangesPath));
        var unsaid = ApiComparison.Breaks(committed, current)
            .Where(one => !notes.Contains($"- `{one}`", StringComparison.Ordinal)).ToList();
        Assert.True(
            unsaid.Count == 0,
            $"Clients of the API would stumble over this. Take it back, or write each line into {BreakingChangesPath} with the "
            + "reason and what clients do now:\n" + string.Join('\n', unsaid.Select(one => $"- `{one}`")));
    }

    private static async Task<JsonObject> ReadAsync(string path)
    {
        var file = Path.Combine(Root(), path);
        Assert.True(File.Exists(file), $"{path} is missing: the service's own test writes it with FIXITY_UPDATE=1.");
        return JsonNode.Parse(await File.ReadAllTextAsync(file))!.AsObject();
    }

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
