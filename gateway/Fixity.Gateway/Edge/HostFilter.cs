using Fixity.ServiceDefaults.Health;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.Primitives;

namespace Fixity.Gateway.Edge;

/// <summary>Answers to the names in <c>AllowedHosts</c> alone (<c>fixity.example.org;*.example.net</c>), where it is set.</summary>
/// <remarks>
/// In the place of the framework's own filter, which answers with a page and would turn away an orchestrator's probes:
/// those call the gateway by its address.
/// </remarks>
internal static class HostFilter
{
    public const string Setting = "AllowedHosts";

    public static void AddHostFilter(this IServiceCollection services) =>
        services.PostConfigure<HostFilteringOptions>(options => options.AllowedHosts = ["*"]);

    public static void UseHostFilter(this WebApplication app)
    {
        List<StringSegment> allowed =
        [
            .. (app.Configuration[Setting] ?? "*")
                .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(host => new StringSegment(host)),
        ];
        if (allowed.Count == 0 || allowed.Contains("*"))
        {
            return;
        }

        app.Use((context, next) => context.Request.IsProbe() || IsAllowed(context.Request.Host, allowed)
            ? next(context)
            : EdgeProblems.WrongHost(context.Request.Host.Value).ExecuteAsync(context));
    }

    private static bool IsAllowed(HostString host, List<StringSegment> allowed) =>
        host is { HasValue: true, Host.Length: > 0 } && HostString.MatchesAny(host.Host, allowed);
}
