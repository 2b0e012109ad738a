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
    private const int LongestNote = 1_000;

    private static readonly TimeSpan AuditPatience = TimeSpan.FromSeconds(10);

    private readonly Counter<long> _failures = meters.Create(SignIn.SignInMetrics.MeterName).CreateCounter<long>(
        "fixity.gateway.upstream_failures", "{request}", "Requests that a service did not answer.");

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);

        var service = context.GetReverseProxyFeature().Route.Cluster?.ClusterId ?? "unknown";
        var error = context.GetForwarderErrorFeature();
        if (!HttpMethods.IsGet(context.Request.Method) && (error is null ? IsChange(context) : HasReached(error)))
        {
            await RecordAsync(context, service, error);
        }

        if (error is not null)
        {
            await ReportAsync(context, service, error);
        }
        else if (context.Features.Get<IdentityTransform.StrangeKey>() is not null)
        {
            logger.IdentityRefused(service);
            await WriteAsync(context, RoutingProblems.Distrusted(service));
        }
    }

    private async Task ReportAsync(HttpContext context, string service, IForwarderErrorFeature error)
    {
        if (IsClientGone(error.Error))
        {
            return;
        }

        _failures.Add(1, new TagList { { "service", service }, { "error", error.Error.ToString() } });
        logger.UpstreamFailed(service, error.Error, error.Exception?.GetBaseException().Message);
        // After the first byte there is nothing left to say: YARP has cut the connection, so that the client notices.
        if (!context.Response.HasStarted)
        {
            await WriteAsync(context, RoutingProblems.Unavailable(service));
        }
    }

    // Not RequestAborted: that is set too once YARP has cut the connection because of the service.
    private static bool IsClientGone(ForwarderError error) =>
        error is ForwarderError.RequestCanceled
            or ForwarderError.RequestBodyCanceled or ForwarderError.RequestBodyClient
            or ForwarderError.ResponseBodyCanceled or ForwarderError.ResponseBodyClient;

    private static async Task WriteAsync(HttpContext context, ProblemHttpResult problem)
    {
        context.Response.Clear();
        context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        await problem.ExecuteAsync(context);
    }

    private static bool IsChange(HttpContext context) =>
        context.Response.StatusCode is >= StatusCodes.Status200OK and < StatusCodes.Status300MultipleChoices;

    // Where this is in doubt it is true: a line about a change that was not made does less harm than none about one
    // that was.
    private static bool HasReached(IForwarderErrorFeature error) =>
        error is not
        {
            Error: ForwarderError.NoAvailableDestinations or ForwarderError.RequestCreation,
        }
        and not
        {
            Exception: HttpRequestException
            {
                HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError,
            },
        };

    // Not with the request's own token: also when the client has gone meanwhile, the change was or may have been made.
    private async Task RecordAsync(HttpContext context, string service, IForwarderErrorFeature? error)
    {
        using var patience = new CancellationTokenSource(AuditPatience);
        try
        {
            var note = context.Features.Get<IdentityTransform.ServiceNote>();
            await audit.AppendAsync(
                context, context.User.CallerName(), note?.Note?.Action ?? ActionOf(context.Request.Method),
                note?.Note?.Subject ?? context.Request.Path.Value, DetailsOf(context, service, error, note), patience.Token);
        }
#pragma warning disable CA1031 // The answer is out already: all that is left is to say loudly that the record is missing.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            logger.NotRecorded(failure, context.User.CallerName(), context.Request.Method, context.Request.Path);
        }
    }

    // After a failure the status that we have is our own, and what the service did is not known.
    private static JsonObject DetailsOf(
        HttpContext context, string service, IForwarderErrorFeature? error, IdentityTransform.ServiceNote? said)
    {
        var details = new JsonObject
        {
            ["method"] = context.Request.Method,
            ["path"] = context.Request.Path.Value,
            ["service"] = service,
            ["status"] = error is null ? context.Response.StatusCode : null,
        };
        if (said?.Note is { } note)
        {
            details["before"] = note.Before?.DeepClone();
            details["after"] = note.After?.DeepClone();
        }

        // A service of another version may say it in words of its own.
        if (said is not null && (said.Note is null ? Shortened(said.Text) : said.Note.Note) is { } text)
        {
            details["note"] = text;
        }

        if (error is not null)
        {
            details["outcome"] = error.Error.ToString();
        }

        return details;
    }

    private static string Shortened(string text) => text.Length <= LongestNote ? text : text[..LongestNote] + "...";

    private static string ActionOf(string method) => method switch
    {
        "POST" => "post",
        "PUT" => "put",
        "DELETE" => "delete",
        _ => throw new UnreachableException(method),
    };
}
