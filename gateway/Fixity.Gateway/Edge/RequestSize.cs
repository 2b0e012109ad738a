using Microsoft.AspNetCore.Http.Features;

namespace Fixity.Gateway.Edge;

/// <summary>Says at once that a body is too long, where its length is given; the server cuts the others as they come.</summary>
internal static class RequestSize
{
    public static void UseRequestSize(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize is not { } most
            || context.Request.ContentLength is not { } length || length <= most)
        {
            return next(context);
        }

        // What is on its way already is not read.
        context.Response.Headers.Connection = "close";
        return EdgeProblems.TooLarge(most).ExecuteAsync(context);
    });
}
