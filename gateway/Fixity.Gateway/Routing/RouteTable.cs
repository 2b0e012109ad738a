using Fixity.Gateway.Edge;
using Fixity.ServiceDefaults.Identity;

namespace Fixity.Gateway.Routing;

/// <summary>Every request that is passed on: to whom, and who may make it. What is not in this table does not exist.</summary>
internal static class RouteTable
{
    public const string Root = "/api/v1";

    public const string Scheduler = "scheduler";
    public const string Scanner = "scanner";
    public const string Alert = "alert";
    public const string Query = "query";

    public static readonly IReadOnlyList<ProxiedRoute> All =
    [
        new("GET", "/targets", Query, Roles.Viewer, TargetIn.Rows),
        new("GET", "/targets/{id:long}", Query, Roles.Viewer, TargetIn.Path),
        new("POST", "/targets", Scheduler, Roles.Admin),
        new("PUT", "/targets/{id:long}", Scheduler, Roles.Admin),
        new("DELETE", "/targets/{id:long}", Scheduler, Roles.Admin),
        new("POST", "/targets/probe", Scheduler, Roles.Admin, Cost: RequestCost.Trigger),
        new("POST", "/targets/{id:long}/probe", Scheduler, Roles.Admin, Cost: RequestCost.Trigger),
        new("POST", "/schedules/preview", Scheduler, Roles.Admin),

        new("POST", "/targets/{id:long}/scans", Scheduler, Roles.Operator, TargetIn.Path, RequestCost.Trigger),
        new("POST", "/scan/now", Scheduler, Roles.Operator, Cost: RequestCost.Trigger),
        new("POST", "/scans/{id:long}/pause", Scheduler, Roles.Operator, TargetIn.Rows),
        new("POST", "/scans/{id:long}/resume", Scheduler, Roles.Operator, TargetIn.Rows),
        new("POST", "/scans/{id:long}/cancel", Scheduler, Roles.Operator, TargetIn.Rows),
        new("GET", "/scans", Query, Roles.Viewer, TargetIn.Query),
        new("GET", "/scans/{id:long}", Query, Roles.Viewer, TargetIn.Rows),
        new("GET", "/scans/{id:long}/errors", Query, Roles.Viewer, TargetIn.Rows),

        new("GET", "/files", Query, Roles.Viewer, TargetIn.Query),
        new("GET", "/files/{id:long}", Query, Roles.Viewer, TargetIn.Rows),
        new("GET", "/files/{id:long}/history", Query, Roles.Viewer, TargetIn.Rows),
        new("GET", "/files/{id:long}/copies", Query, Roles.Viewer),
        new("POST", "/files/{id:long}/accept", Scanner, Roles.Operator, TargetIn.Rows),
        new("GET", "/browse", Query, Roles.Viewer, TargetIn.Query),
        new("GET", "/changes", Query, Roles.Viewer, TargetIn.Query),
        new("POST", "/changes/acknowledge", Scanner, Roles.Operator, TargetIn.Rows),
        new("GET", "/exports/files", Query, Roles.Viewer, TargetIn.Query, RequestCost.Export),
        new("GET", "/exports/changes", Query, Roles.Viewer, TargetIn.Query, RequestCost.Export),
        new("GET", "/exports/diff", Query, Roles.Viewer, TargetIn.Query, RequestCost.Export),
        new("GET", "/exports/manifest", Query, Roles.Viewer, TargetIn.Query, RequestCost.Export),
        new("GET", "/diff", Query, Roles.Viewer, TargetIn.Query),
        new("GET", "/duplicates", Query, Roles.Viewer),
        new("GET", "/stats/overview", Query, Roles.Viewer, TargetIn.Query),
        new("GET", "/stats/activity", Query, Roles.Viewer, TargetIn.Query),
        new("GET", "/stats/verification", Query, Roles.Viewer, TargetIn.Query),
        new("GET", "/stats/coverage", Query, Roles.Viewer, TargetIn.Query),
        new("GET", "/events", Query, Roles.Viewer, Cost: RequestCost.Stream),

        new("GET", "/webhooks", Alert, Roles.Viewer),
        new("POST", "/webhooks", Alert, Roles.Admin),
        new("GET", "/webhooks/{id:long}", Alert, Roles.Viewer),
        new("PUT", "/webhooks/{id:long}", Alert, Roles.Admin),
        new("DELETE", "/webhooks/{id:long}", Alert, Roles.Admin),
        new("POST", "/webhooks/{id:long}/test", Alert, Roles.Admin, Cost: RequestCost.Trigger),
        new("POST", "/webhooks/test", Alert, Roles.Admin, Cost: RequestCost.Trigger),
        new("GET", "/webhooks/{id:long}/deliveries", Alert, Roles.Viewer),
        new("GET", "/webhooks/{id:long}/attempts", Alert, Roles.Viewer),
        new("POST", "/deliveries/{id:guid}/resend", Alert, Roles.Admin, Cost: RequestCost.Trigger),
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
        new("POST", "/retention/run", Scheduler, Roles.Admin, Cost: RequestCost.Trigger),
    ];

    public static readonly IReadOnlyList<string> Services = [.. All.Select(r => r.Service).Distinct()];

    private static readonly Dictionary<string, ProxiedRoute> ById = All.ToDictionary(route => route.Id);

    public static ProxiedRoute Of(string id) => ById[id];
}

/// <param name="Path">Below <see cref="RouteTable.Root"/>, the same at the service.</param>
/// <param name="Service">Its name in the application model.</param>
/// <param name="Role">The least that may make it.</param>
/// <param name="Target">What keeps a token that is confined to some targets to them; null: it may not make it at all.</param>
/// <param name="Cost">Decides which limits count it.</param>
internal sealed record ProxiedRoute(
    string Method, string Path, string Service, string Role, TargetIn? Target = null, RequestCost Cost = RequestCost.Usual)
{
    public string Id => $"{Method} {Path}";
}
