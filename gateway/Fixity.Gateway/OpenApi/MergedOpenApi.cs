using System.Text.Json;
using System.Text.Json.Nodes;
using Fixity.Gateway.Routing;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Fixity.Gateway.OpenApi;

/// <summary>The API's description as it is at the moment: what the gateway and each service that answers say of themselves.</summary>
internal sealed class MergedOpenApi(
    IHttpClientFactory clients, IConfiguration configuration, TimeProvider clock, ILogger<MergedOpenApi> logger,
    [FromKeyedServices(MergedOpenApi.DocumentName)] IOpenApiDocumentProvider own) : IDisposable
{
    public const string DocumentName = "v1";
    public const string MissingMember = "x-fixity-missing";

    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _one = new(1);
    private (JsonObject Document, DateTimeOffset Until)? _cached;

    public async Task<JsonObject> GetAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            if (_cached is not { } cached || clock.GetUtcNow() >= cached.Until)
            {
                cached = (await MakeAsync(cancellation), clock.GetUtcNow() + Freshness);
                _cached = cached;
            }

            return cached.Document;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<JsonObject> MakeAsync(CancellationToken cancellation)
    {
        var answers = await Task.WhenAll(RouteTable.Services.Select(async service =>
            (Service: service, Document: await FetchAsync(service, cancellation))));
        var merged = OpenApiMerger.Merge(
        [
            ("gateway", await OwnAsync(cancellation)),
            .. answers.Where(a => a.Document is not null).Select(a => (a.Service, a.Document!)),
        ]);

        OpenApiCompletion.Complete(merged);
        if (answers.Where(a => a.Document is null).Select(a => JsonValue.Create(a.Service)).ToArray() is { Length: > 0 } missing)
        {
            merged[MissingMember] = new JsonArray([.. missing]);
        }

        return merged;
    }

    private async Task<JsonObject> OwnAsync(CancellationToken cancellation)
    {
        var document = await own.GetOpenApiDocumentAsync(cancellation);
        return JsonNode.Parse(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, cancellation))!.AsObject();
    }

    /// <returns>Null when no instance of the service answers with a document.</returns>
    private async Task<JsonObject?> FetchAsync(string service, CancellationToken cancellation)
    {
        using var client = clients.CreateClient(nameof(MergedOpenApi));
        client.Timeout = Patience;
        foreach (var address in ProxyConfiguration.AddressesOf(service, configuration))
        {
            try
            {
                await using var body = await client.GetStreamAsync(new Uri(new Uri(address), "/openapi/v1.json"), cancellation);
                return (await JsonNode.ParseAsync(body, cancellationToken: cancellation))!.AsObject();
            }
            catch (Exception failure) when (
                failure is HttpRequestException or IOException or JsonException or InvalidOperationException
                || (failure is TaskCanceledException && !cancellation.IsCancellationRequested))
            {
                logger.DocumentMissing(failure, service);
            }
        }

        return null;
    }
}
