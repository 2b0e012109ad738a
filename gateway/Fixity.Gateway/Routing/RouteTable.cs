using Fixity.ServiceDefaults.Identity;

namespace Fixity.Gateway.Routing;

/// <summary>Every request that is passed on: to whom, and who may make it. What is not in this table does not exist.</summary>
internal static class RouteTable
{
    public const string Root = "/api/v1";

    private const string Scheduler = "scheduler";
    private const string Scanner = "scanner";
    private const string Alert = "alert";
    private const string Query = "query";

    public static readonly IReadOnlyList<ProxiedRoute> All =
    [
        new("GET", "/targets", Query, Roles.Viewer),
        new("GET", "/targets/{id:long}", Query, Roles.Viewer),
        new("POST", "/targets", Scheduler, Roles.Admin),
        new("PUT", "/targets/{id:long}", Scheduler, Roles.Admin),
        new("DELETE", "/targets/{id:long}", Scheduler, Roles.Admin),
        new("POST", "/targets/probe", Scheduler, Roles.Admin),
        new("POST", "/targets/{id:long}/probe", Scheduler, Roles.Admin),
        new("POST", "/schedules/preview", Scheduler, Roles.Admin),

        new("POST", "/targets/{id:long}/scans", Scheduler, Roles.Operator),
        new("POST", "/scan/now", Scheduler, Roles.Operator),
        new("POST", "/scans/{id:long}/pause", Scheduler, Roles.Operator),
        new("POST", "/scans/{id:long}/resume", Scheduler, Roles.Operator),
        new("POST", "/scans/{id:long}/cancel", Scheduler, Roles.Operator),
        new("GET", "/scans", Query, Roles.Viewer),
        new("GET", "/scans/{id:long}", Query, Roles.Viewer),
        new("GET", "/scans/{id:long}/errors", Query, Roles.Viewer),

        new("GET", "/files", Query, Roles.Viewer),
        new("GET", "/files/{id:long}", Query, Roles.Viewer),
        new("GET", "/files/{id:long}/history", Query, Roles.Viewer),
        new("POST", "/files/{id:long}/accept", Scanner, Roles.Operator),
        new("GET", "/changes", Query, Roles.Viewer),
        new("POST", "/changes/acknowledge", Scanner, Roles.Operator),
        new("GET", "/stats/overview", Query, Roles.Viewer),
        new("GET", "/events", Query, Roles.Viewer),

        new("GET", "/webhooks", Alert, Roles.Viewer),
        new("POST", "/webhooks", Alert, Roles.Admin),
        new("GET", "/webhooks/{id:long}", Alert, Roles.Viewer),
        new("PUT", "/webhooks/{id:long}", Alert, Roles.Admin),
        new("DELETE", "/webhooks/{id:long}", Alert, Roles.Admin),
        new("POST", "/webhooks/{id:long}/test", Alert, Roles.Admin),
        new("POST", "/webhooks/test", Alert, Roles.Admin),
        new("GET", "/webhooks/{id:long}/deliveries", Alert, Roles.Viewer),
        new("GET", "/webhooks/{id:long}/attempts", Alert, Roles.Viewer),
        new("POST", "/deliveries/{id:guid}/resend", Alert, Roles.Admin),
        new("GET", "/mutes", Alert, Roles.Viewer),
        new("POST", "/mutes", Alert, Roles.Operator),
        new("DELETE", "/mutes/{id:long}", Alert, Roles.Operator),
        new("GET", "/severities", Alert, Roles.Viewer),
        new("PUT", "/severities/{targetId:long}", Alert, Roles.Operator),

        new("GET", "/scheduler/status", Scheduler, Roles.Viewer),
        new("GET", "/scheduler/metrics", Scheduler, Roles.Viewer),
        new("GET", "/health", Scheduler, Roles.Viewer),
        new("GET", "/health/scheduler", Scheduler, Roles.Viewer),
        new("GET", "/settings", Scheduler, Roles.Viewer),
        new("PUT", "/settings", Scheduler, Roles.Admin),
        new("GET", "/retention/runs", Scheduler, Roles.Viewer),
        new("POST", "/retention/run", Scheduler, Roles.Admin),
    ];

    public static readonly IReadOnlyList<string> Services = [.. All.Select(r => r.Service).Distinct()];
}

/// <param name="Path">Below <see cref="RouteTable.Root"/>, the same at the service.</param>
/// <param name="Service">Its name in the application model.</param>
/// <param name="Role">The least that may make it.</param>
internal sealed record ProxiedRoute(string Method, string Path, string Service, string Role);
