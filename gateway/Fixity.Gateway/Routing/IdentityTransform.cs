using System.Security.Claims;
using Fixity.Gateway.SignIn;
using Fixity.ServiceDefaults.Identity;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Fixity.Gateway.Routing;

/// <summary>Tells the service who calls, in a way it can check, and keeps from it what only the gateway may know.</summary>
internal sealed class IdentityTransform(IConfiguration configuration, TimeProvider clock) : ITransformProvider
{
    private static readonly string[] Withheld =
        [CallerIdentity.Header, HeaderNames.Cookie, HeaderNames.Authorization, CsrfProtection.Header];

    private readonly byte[] _key = CallerIdentity.KeyFrom(configuration[CallerIdentity.KeySetting]);

    public void ValidateRoute(TransformRouteValidationContext context)
    {
        // Nothing in the table concerns this transform.
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
        // Nothing in the table concerns this transform.
    }

    public void Apply(TransformBuilderContext context)
    {
        context.AddRequestTransform(Introduce);
        context.AddResponseTransform(Distrust);
        context.AddResponseTransform(KeepNote);
    }

    private ValueTask Introduce(RequestTransformContext context)
    {
        foreach (var header in Withheld)
        {
            RequestTransform.RemoveHeader(context, header);
        }

        var user = context.HttpContext.User;
        var caller = new CallerIdentity(user.CallerName(), user.FindFirstValue(ClaimTypes.Role)!, user.Targets());
        context.ProxyRequest.Headers.Add(CallerIdentity.Header, caller.Sign(_key, clock.GetUtcNow()));
        return ValueTask.CompletedTask;
    }

    // The caller was let in here. A service that says 401 does not know this gateway, and a browser must not
    // conclude that its session is over.
    private static ValueTask Distrust(ResponseTransformContext context)
    {
        if (context.ProxyResponse is { StatusCode: System.Net.HttpStatusCode.Unauthorized })
        {
            context.SuppressResponseBody = true;
            context.HttpContext.Response.Headers.Clear();
            context.HttpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.HttpContext.Features.Set(new StrangeKey());
        }

        context.HttpContext.Response.Headers.Remove(HeaderNames.Server);
        return ValueTask.CompletedTask;
    }

    private static ValueTask KeepNote(ResponseTransformContext context)
    {
        var headers = context.HttpContext.Response.Headers;
        if (headers.TryGetValue(AuditNote.Header, out var note))
        {
            context.HttpContext.Features.Set(new ServiceNote(note.ToString(), AuditNote.Parse(note.ToString())));
            headers.Remove(AuditNote.Header);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>What the service says for the audit log.</summary>
    /// <param name="Note">Null: the text is none that this version understands.</param>
    internal sealed record ServiceNote(string Text, AuditNote? Note);

    /// <summary>Marks a request that the service refused because gateway and service do not have the same key.</summary>
    internal sealed record StrangeKey;
}
