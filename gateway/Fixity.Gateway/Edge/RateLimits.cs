using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Fixity.Gateway.SignIn;
using Fixity.ServiceDefaults.Health;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Fixity.Gateway.Edge;

/// <summary>Keeps one address, and one caller, from taking what is there for all.</summary>
/// <remarks>Two middlewares: addresses before anything is looked up for them, callers as soon as it is known who they are.</remarks>
internal sealed class RateLimits
{
    private const string AuthPath = "/api/v1/auth";

    // Asked by every page of the SPA at its start; none of these takes a password or a code.
    private static readonly string[] CheapAuthPaths = ["/api/v1/auth/session", "/api/v1/auth/sessions", "/api/v1/auth/logout"];

    private readonly bool _enabled;
    private readonly RateBook _addresses;
    private readonly RateBook _callers;
    private readonly RateBook _signIns;
    private readonly RateBook _exports;
    private readonly RateBook _triggers;
    private readonly LiveBook _liveExports;
    private readonly LiveBook _liveStreams;
    private readonly Counter<long> _limited;

    public RateLimits(IOptions<GatewayOptions> options, TimeProvider clock, IMeterFactory meters)
    {
        var limits = options.Value.RateLimits;
        _enabled = limits.Enabled;
        _addresses = new RateBook(limits.Address, clock);
        _callers = new RateBook(limits.Caller, clock);
        _signIns = new RateBook(limits.SignIn, clock);
        _exports = new RateBook(limits.Export, clock);
        _triggers = new RateBook(limits.Trigger, clock);
        _liveExports = new LiveBook(limits.ConcurrentExports);
        _liveStreams = new LiveBook(limits.ConcurrentStreams);
        _limited = meters.Create(SignInMetrics.MeterName).CreateCounter<long>(
            "fixity.gateway.requests_limited", "{request}", "Requests refused because there were too many, by limit.");
    }

    public Task LimitAddressAsync(HttpContext context, RequestDelegate next)
    {
        // Whoever asks whether the gateway lives must be told, above all when it is flooded.
        if (!_enabled || context.Request.IsProbe())
        {
            return next(context);
        }

        var address = KeyOf(context.Connection.RemoteIpAddress);
        if (_addresses.TryTake(address) is { } wait)
        {
            return RefuseAsync(context, "address", wait);
        }

        return IsSignIn(context.Request) && _signIns.TryTake(address) is { } signInWait
            ? RefuseAsync(context, "sign-in", signInWait)
            : next(context);
    }

    public Task LimitCallerAsync(HttpContext context, RequestDelegate next)
    {
        if (!_enabled || context.User.Identity is not { IsAuthenticated: true, Name: { } caller })
        {
            return next(context);
        }

        if (_callers.TryTake(caller) is { } wait)
        {
            return RefuseAsync(context, "caller", wait);
        }

        return CostMetadata.Of(context.GetEndpoint()) switch
        {
            RequestCost.Trigger => _triggers.TryTake(caller) is { } triggerWait
                ? RefuseAsync(context, "trigger", triggerWait)
                : next(context),
            RequestCost.Export => _exports.TryTake(caller) is { } exportWait
                ? RefuseAsync(context, "export", exportWait)
                : CountLiveAsync(_liveExports, "concurrent-exports", caller, context, next),
            RequestCost.Stream => CountLiveAsync(_liveStreams, "concurrent-streams", caller, context, next),
            _ => next(context),
        };
    }

    // Whoever has one IPv6 address has its whole /64.
    internal static string KeyOf(IPAddress? address) => address switch
    {
        null => "unknown",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)),
        _ => address.ToString(),
    };

    private static bool IsSignIn(HttpRequest request) =>
        request.Path.StartsWithSegments(AuthPath)
        && !CheapAuthPaths.Any(path => request.Path.StartsWithSegments(path));

    private async Task CountLiveAsync(
        LiveBook book, string limit, string caller, HttpContext context, RequestDelegate next)
    {
        if (!book.TryBegin(caller))
        {
            _limited.Add(1, new KeyValuePair<string, object?>("limit", limit));
            await WriteAsync(context, EdgeProblems.TooManyAtOnce(), EdgeProblems.RetryLater);
            return;
        }

        try
        {
            await next(context);
        }
        finally
        {
            book.End(caller);
        }
    }

    private Task RefuseAsync(HttpContext context, string limit, TimeSpan wait)
    {
        _limited.Add(1, new KeyValuePair<string, object?>("limit", limit));
        return WriteAsync(context, EdgeProblems.TooManyRequests(limit, wait), wait);
    }

    private static Task WriteAsync(HttpContext context, ProblemHttpResult problem, TimeSpan wait)
    {
        context.Response.Headers.RetryAfter = EdgeProblems.Seconds(wait).ToString(CultureInfo.InvariantCulture);
        return problem.ExecuteAsync(context);
    }
}
