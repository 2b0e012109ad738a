using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Fixity.Core;
using Fixity.ServiceDefaults.Json;
using Fixity.ServiceDefaults.Paging;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.OpenApi;

namespace Fixity.Query.Changes;

/// <summary>Writes a page of changes in the words that were asked for.</summary>
internal static class ChangeFormats
{
    public const string EcsContentType = "application/json; profile=ecs";
    public const string CefContentType = "text/plain; charset=utf-8";
    public const string PageSchema = "ChangePage";
    public const string CursorHeader = "X-Next-Cursor";

    // An absent field is how this schema says that there is none.
    private static readonly JsonSerializerOptions EcsJson = CreateEcsJson();

    public static IResult Write(ChangeFormat format, Page<ChangeView> page, HttpContext context) => format switch
    {
        ChangeFormat.Json => TypedResults.Ok(page),
        ChangeFormat.Ecs => TypedResults.Json(
            new Page<EcsChange>([.. page.Items.Select(EcsChange.Of)], page.NextCursor), EcsJson, EcsContentType),
        ChangeFormat.Cef => WriteCef(page, context),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "not a format"),
    };

    /// <summary>
    /// How much it matters on the scale of SIEMs, 0 to 10, where from 4 on is medium, from 7 on high, from 9 on very high.
    /// </summary>
    public static int OfTen(this Severity severity) => severity switch
    {
        Severity.Info => 1,
        Severity.Low => 3,
        Severity.Medium => 5,
        Severity.High => 8,
        Severity.Critical => 10,
        _ => throw new ArgumentOutOfRangeException(nameof(severity), severity, "not a severity"),
    };

    /// <summary>Adds what the metadata of an endpoint cannot say: several kinds of the same answer.</summary>
    public static void Describe(OpenApiOperation operation, OpenApiDocument? document)
    {
        var answer = (OpenApiResponse)operation.Responses!["200"];
        var ecs = answer.Content![EcsContentType];
        answer.Content = new Dictionary<string, OpenApiMediaType>
        {
            ["application/json"] = new() { Schema = new OpenApiSchemaReference(PageSchema, document) },
            [EcsContentType] = ecs,
            ["text/plain"] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
        };
        answer.Headers = new Dictionary<string, IOpenApiHeader>
        {
            [CursorHeader] = HeaderOf("With format=cef: where the next page begins."),
            ["Link"] = HeaderOf("With format=cef: the next page, as rel=next."),
        };
    }

    private static OpenApiHeader HeaderOf(string description) =>
        new() { Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String } };

    private static ContentHttpResult WriteCef(Page<ChangeView> page, HttpContext context)
    {
        if (page.NextCursor is { } cursor)
        {
            var next = QueryString.Create(
            [
                .. context.Request.Query.Where(part => part.Key != "cursor"),
                new("cursor", cursor),
            ]);
            context.Response.Headers[CursorHeader] = cursor;
            context.Response.Headers.Link =
                $"<{context.Request.PathBase.Add(context.Request.Path).ToUriComponent()}{next.ToUriComponent()}>; rel=\"next\"";
        }

        var lines = new StringBuilder();
        foreach (var change in page.Items)
        {
            CefChange.Write(lines, change);
        }

        return TypedResults.Text(lines.ToString(), CefContentType);
    }

    private static JsonSerializerOptions CreateEcsJson()
    {
        var options = new JsonSerializerOptions { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
        StrictJson.Configure(options);
        return options;
    }
}
