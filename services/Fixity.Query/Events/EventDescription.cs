using Fixity.Query.Scans;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Fixity.Query.Events;

/// <summary>Describes what the stream says: OpenAPI 3.1 knows media types, not the events within one.</summary>
internal static class EventDescription
{
    /// <summary>Member of the 200 answer: the schema of the data of each event, by its name.</summary>
    public const string Extension = "x-fixity-events";

    private const string Example = """
        retry: 2000
        id: eyJUcmFuc2FjdGlvbklkIjo3NDIsIklkIjowfQ
        event: hello
        data: {}

        event: change
        data: {"targetId":3,"scanId":17,"changes":42}

        id: eyJUcmFuc2FjdGlvbklkIjo3NTAsIklkIjowfQ
        event: target
        data: {"targetId":3,"state":"online"}

        """;

    public static async Task DescribeAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var answer = (OpenApiResponse)operation.Responses!["200"];
        var events = new System.Text.Json.Nodes.JsonObject();
        foreach (var (name, type) in (ReadOnlySpan<(string, Type)>)
            [
                ("scan", typeof(ScanView)), ("change", typeof(ChangeEventView)), ("target", typeof(TargetEventView)),
                ("webhook", typeof(WebhookEventView)),
            ])
        {
            events[name] = new System.Text.Json.Nodes.JsonObject { ["$ref"] = $"#/components/schemas/{type.Name}" };
        }

        foreach (var type in new[] { typeof(ChangeEventView), typeof(TargetEventView), typeof(WebhookEventView) })
        {
            var schema = await context.GetOrCreateSchemaAsync(type, cancellationToken: cancellation);
            context.Document?.AddComponent(type.Name, schema);
        }

        answer.Description =
            "A stream of events: hello first, then reset where the client has to read anew what it shows, scan, change, target " +
            "and webhook. Lines that begin with a colon are there to keep the connection open.";
        answer.Content!["text/event-stream"].Example = Example;
        answer.Extensions ??= new Dictionary<string, IOpenApiExtension>();
        answer.Extensions[Extension] = new JsonNodeExtension(events);
    }
}
