using System.IO.Compression;
using Fixity.Gateway.Routing;
using Microsoft.AspNetCore.ResponseCompression;

namespace Fixity.Gateway.Edge;

/// <summary>Compresses pages and lists, and nothing that has a secret in it.</summary>
/// <remarks>
/// Whoever sees how long an encrypted answer is, and may put words of his own into it, learns from its length whether they
/// stand in it once more (BREACH). So answers that hold a secret (sign-in with its CSRF token, tokens, users, webhooks)
/// stay as they are: compressed are only files, the OpenAPI document and the query service's lists, where there is none.
/// Exports too stay as they are: their first byte is worth more than their length.
/// </remarks>
internal static class Compression
{
    private static readonly HashSet<string> Lists =
    [
        .. RouteTable.All
            .Where(route => route is { Method: "GET", Service: RouteTable.Query, Cost: RequestCost.Usual })
            .Select(route => route.Path.Split('/')[1]),
    ];

    public static void AddCompression(this IServiceCollection services)
    {
        services.AddResponseCompression(options =>
        {
            options.EnableForHttps = true;
            options.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, "image/svg+xml", "application/problem+json"];
        });
        services.Configure<BrotliCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest);
    }

    public static void UseCompression(this IApplicationBuilder app) => app.UseWhen(
        static context => MayBeCompressed(context.Request), static branch => branch.UseResponseCompression());

    internal static bool MayBeCompressed(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && (!request.Path.StartsWithSegments("/api")
            || (request.Path.StartsWithSegments(RouteTable.Root, out var rest)
                && rest.Value?.Split('/') is [_, var list, ..] && Lists.Contains(list)));
}
