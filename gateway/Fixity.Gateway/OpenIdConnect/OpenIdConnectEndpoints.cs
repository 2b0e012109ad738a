using System.Text.Json;
using System.Text.Json.Nodes;
using Fixity.Gateway.Audit;
using Fixity.Gateway.Routing;
using Fixity.Gateway.SignIn;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;

namespace Fixity.Gateway.OpenIdConnect;

/// <summary>The two addresses that a browser goes to, and no program: out to the identity provider, and back from it.</summary>
internal static class OpenIdConnectEndpoints
{
    private const string SignInPage = "/sign-in";

    public static void MapOpenIdConnect(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(AttemptCookie.Path + "/start", StartAsync).AllowAnonymous().ExcludeFromDescription();
        routes.MapGet(IdentityProvider.CallbackPath, FinishAsync).AllowAnonymous().ExcludeFromDescription();
    }

    private static async Task<IResult> StartAsync(
        HttpContext context, IdentityProvider provider, AttemptCookie cookie, ILogger<IdentityProvider> logger,
        CancellationToken cancellation, string? next = null)
    {
        if (provider.DisplayName is null)
        {
            return RoutingProblems.NoSuchRoute(context.Request);
        }

        try
        {
            var (attempt, address) = await provider.BeginAsync(context.Request, next, cancellation);
            cookie.Write(context, attempt);
            return TypedResults.Redirect(address);
        }
        catch (ProviderSignInException e)
        {
            logger.ProviderSignInFailed(e.InnerException, e.Failure, e.Message);
            return ToSignInPage(e.Failure, next);
        }
    }

    private static async Task<IResult> FinishAsync(
        HttpContext context, IdentityProvider provider, AttemptCookie cookie, Door door, AuditLog audit,
        ILogger<IdentityProvider> logger, CancellationToken cancellation)
    {
        if (provider.DisplayName is null)
        {
            return RoutingProblems.NoSuchRoute(context.Request);
        }

        var attempt = cookie.Take(context);
        var address = context.Connection.RemoteIpAddress;
        if (door.Throttle.TryBegin(null, address) is not null)
        {
            door.Metrics.SignInEnded("throttled");
            return ToSignInPage(SignInFailure.TooMany, attempt?.Next);
        }

        try
        {
            var user = await provider.FinishAsync(context.Request, attempt, cancellation);
            door.Throttle.Succeeded(null, address);
            await RecordAsync(context, provider, user, audit, cancellation);
            await door.BeginAsync(context, user.Id, cancellation);
            door.Metrics.SignInEnded("accepted");
            return TypedResults.LocalRedirect(attempt!.Next);
        }
        catch (ProviderSignInException e)
        {
            logger.ProviderSignInFailed(e.InnerException, e.Failure, e.Message);
            door.Metrics.SignInEnded("refused");
            await audit.AppendAsync(
                context, "nobody", "sign-in-failed", null,
                new() { ["provider"] = provider.Authority, ["failure"] = Word(e.Failure), ["detail"] = e.Message },
                cancellation);
            return ToSignInPage(e.Failure, attempt?.Next);
        }
    }

    private static async Task RecordAsync(
        HttpContext context, IdentityProvider provider, ProviderUser user, AuditLog audit, CancellationToken cancellation)
    {
        if (user.Before != user.Role)
        {
            await audit.AppendAsync(
                context, user.Username, user.Before is null ? "user-created" : "user-changed", $"user {user.Id}",
                new()
                {
                    ["username"] = user.Username,
                    ["role"] = user.Role.Word(),
                    ["roleBefore"] = user.Before?.Word(),
                    ["provider"] = provider.Authority,
                },
                cancellation);
        }

        await audit.AppendAsync(
            context, user.Username, "sign-in", null, new JsonObject { ["provider"] = provider.Authority }, cancellation);
    }

    // The reason as one of our own words: what a link could make us say would be said in our name.
    private static RedirectHttpResult ToSignInPage(SignInFailure failure, string? next) => TypedResults.LocalRedirect(
        QueryHelpers.AddQueryString(SignInPage, new Dictionary<string, string?>
        {
            ["failed"] = Word(failure),
            ["next"] = SignInAttempt.PlaceToReturn(next) is var place && place != "/" ? place : null,
        }));

    private static string Word(SignInFailure failure) => JsonNamingPolicy.KebabCaseLower.ConvertName(failure.ToString());
}
