using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Fixity.Gateway.OpenApi;

/// <summary>The API's description for people: <c>/docs</c>, a page of our own that reads <c>/openapi/v1.json</c>.</summary>
/// <remarks>Part of the program and not of the built web app: it is there without Node, and asks no other host for anything.</remarks>
internal static class DocsPage
{
    private const string Folder = "Fixity.Gateway.OpenApi.Page.";

    // Open, as the document itself is.
    public static void MapDocsPage(this IEndpointRouteBuilder routes)
    {
        Map(routes, "/docs", "docs.html", "text/html; charset=utf-8");
        Map(routes, "/docs/docs.css", "docs.css", "text/css; charset=utf-8");
        Map(routes, "/docs/docs.js", "docs.js", "text/javascript; charset=utf-8");
    }

    private static void Map(IEndpointRouteBuilder routes, string path, string file, string type)
    {
        using var stream = typeof(DocsPage).Assembly.GetManifestResourceStream(Folder + file)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..16]}\"");
        routes.MapGet(path, (HttpResponse response) =>
        {
            response.Headers.CacheControl = "no-cache";
            return TypedResults.Bytes(content, type, entityTag: tag);
        }).ExcludeFromDescription().AllowAnonymous();
    }
}
