using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.Json.Nodes;
using Fixity.Gateway.Audit;
using Fixity.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;
using Yarp.ReverseProxy.Forwarder;

namespace Fixity.Gateway.Routing;

/// <summary>What happens round a request that is passed on: a failure becomes a problem, a change is recorded.</summary>
internal sealed class ProxyPipeline(AuditLog audit, IMeterFactory meters, ILogger<ProxyPipeline> logger)
{
    private const int RetryAfterSeconds = 5;

    private static readonly TimeSpan AuditPatience = TimeSpan.FromSeconds(10);

    private readonly Counter<long> _failures = meters.Create(SignIn.SignInMetrics.MeterName).CreateCounter<long>(
        "fixity.gateway.upstream_failures", "{request}", "Requests that a service did not answer.");

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);

        var service = context.GetReverseProxyFeature().Route.Cluster?.ClusterId ?? "unknown";
        if (context.GetForwarderErrorFeature() is { } error)
        {
            await ReportAsync(context, service, error);
        }
        else if (context.Features.Get<IdentityTransform.StrangeKey>() is not null)
        {
            logger.IdentityRefused(service);
            await WriteAsync(context, RoutingProblems.Distrusted(service));
        }
        else if (IsChange(context))
        {
            await RecordAsync(context, service);
        }
    }

    private async Task ReportAsync(HttpContext context, string service, IForwarderErrorFeature error)
    {
        if (context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted)
        {
            return; // Whoever asked is gone.
        }

        _failures.Add(1, new TagList { { "service", service }, { "error", error.Error.ToString() } });
        logger.UpstreamFailed(error.Exception, service, error.Error);
        // After the first byte there is nothing left to say: YARP has cut the connection, so that the client notices.
        if (!context.Response.HasStarted)
        {
            await WriteAsync(context, RoutingProblems.Unavailable(service));
        }
    }

    private static async Task WriteAsync(HttpContext context, ProblemHttpResult problem)
    {
        context.Response.Clear();
        context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        await problem.ExecuteAsync(context);
    }

    private static bool IsChange(HttpContext context) =>
        !HttpMethods.IsGet(context.Request.Method)
        && context.Response.StatusCode is >= StatusCodes.Status200OK and < StatusCodes.Status300MultipleChoices;

    // Also when the client has gone meanwhile: the change was made.
    private async Task RecordAsync(HttpContext context, string service)
    {
        using var patience = new CancellationTokenSource(AuditPatience);
        try
        {
            await audit.AppendAsync(
                context, context.User.CallerName(), ActionOf(context.Request.Method), context.Request.Path.Value,
                new JsonObject
                {
                    ["method"] = context.Request.Method,
                    ["service"] = service,
                    ["status"] = context.Response.StatusCode,
                },
                patience.Token);
        }
#pragma warning disable CA1031 // The answer is out already: all that is left is to say loudly that the record is missing.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            logger.NotRecorded(failure, context.User.CallerName(), context.Request.Method, context.Request.Path);
        }
    }

    private static string ActionOf(string method) => method switch
    {
        "POST" => "post",
        "PUT" => "put",
        "DELETE" => "delete",
        _ => throw new UnreachableException(method),
    };
}
