using Fixity.Gateway.Routing;
using Microsoft.AspNetCore.StaticFiles;

namespace Fixity.Gateway.Spa;

/// <summary>Serves the built SPA: its files as they are, its index page for every page address.</summary>
internal static class SpaRegistration
{
    private const string Html = "text/html; charset=utf-8";

    // The name of a built asset contains a hash of its content.
    private const string ForEver = "public,max-age=31536000,immutable";

    private const string MissingPage = """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>Fixity</title>
        <style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem }</style>
        </head>
        <body>
        <h1>Fixity is running, without its pages</h1>
        <p>The pages were not built, because Node.js was not found when Fixity was. To get them:</p>
        <ol>
        <li>Install Node.js 20 or later (<code>node --version</code> must answer, and <code>npm</code> must be there).</li>
        <li>Stop Fixity and run it again: <code>dotnet run --project Fixity.AppHost</code> builds the pages by itself.</li>
        </ol>
        <p>Everything else works: scans run, alerts are sent, and the REST API answers at <code>/api/v1</code>.</p>
        </body>
        </html>
        """;

    public static void AddSpa(this IServiceCollection services) => services.AddSingleton<SpaFiles>();

    public static void UseSpaFiles(this WebApplication app) => app.UseStaticFiles(new StaticFileOptions
    {
        FileProvider = app.Services.GetRequiredService<SpaFiles>().Provider,
        OnPrepareResponse = SetCaching,
    });

    public static void MapSpa(this IEndpointRouteBuilder routes) => routes
        .MapFallback("{**path}", ServePageAsync)
        .ExcludeFromDescription()
        .AllowAnonymous();

    private static void SetCaching(StaticFileResponseContext file) =>
        file.Context.Response.Headers.CacheControl =
            file.Context.Request.Path.StartsWithSegments("/assets") ? ForEver : "no-cache";

    private static async Task ServePageAsync(HttpContext context, SpaFiles spa)
    {
        if (!IsPage(context.Request))
        {
            await RoutingProblems.NoSuchRoute(context.Request).ExecuteAsync(context);
            return;
        }

        context.Response.ContentType = Html;
        context.Response.Headers.CacheControl = "no-cache";
        if (spa.Index is { } index)
        {
            await context.Response.SendFileAsync(index, context.RequestAborted);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await context.Response.WriteAsync(MissingPage, context.RequestAborted);
        }
    }

    // An address with a dot in its last part is a file that is not there; a script gets no page for it.
    private static bool IsPage(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && request.GetTypedHeaders().Accept.Any(accept => accept.MediaType.Value is "text/html")
        && !NotPages.Any(start => request.Path.StartsWithSegments(start))
        && !Path.HasExtension(request.Path.Value);

    private static readonly string[] NotPages = ["/api", "/openapi", "/metrics", "/healthz", "/readyz", "/assets"];
}
