using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Fixity.Gateway.OpenApi;

internal static class OpenApiRegistration
{
    /// <summary>The gateway's part alone.</summary>
    public const string OwnPattern = "/openapi/gateway/{documentName}.json";

    public static void AddMergedOpenApi(this IServiceCollection services)
    {
        services.AddHttpClient();
        services.AddSingleton<MergedOpenApi>();
    }

    // Open: it describes what can be read in the source anyway, and a client generator has no session.
    public static void MapMergedOpenApi(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi(OwnPattern).AllowAnonymous();
        routes.MapGet("/openapi/v1.json", GetAsync).ExcludeFromDescription().AllowAnonymous();
    }

    private static async Task<JsonHttpResult<JsonObject>> GetAsync(MergedOpenApi merged, CancellationToken cancellation) =>
        TypedResults.Json(await merged.GetAsync(cancellation));
}
