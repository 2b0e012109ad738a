using System.Globalization;

namespace Aspire.Hosting.Dashboard;

/// <summary>One start of the dashboard's program: the addresses and keys that it is told.</summary>
internal sealed record DashboardLaunch(
    DashboardInfo Info, string OtlpHttpEndpoint, string ServiceAddress, string ServiceKey, string BrowserToken)
{
    /// <remarks>All of it in the environment: an argument could be read by every user of the machine.</remarks>
    public IReadOnlyDictionary<string, string> Environment() => new Dictionary<string, string>
    {
        ["ASPNETCORE_URLS"] = Info.FrontendUrl,
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["DOTNET_ENVIRONMENT"] = "Production",
        ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = Info.OtlpEndpoint,
        ["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] = OtlpHttpEndpoint,
        ["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = ServiceAddress,
        ["DASHBOARD__RESOURCESERVICECLIENT__AUTHMODE"] = "ApiKey",
        ["DASHBOARD__RESOURCESERVICECLIENT__APIKEY"] = ServiceKey,
        ["DASHBOARD__FRONTEND__AUTHMODE"] = "BrowserToken",
        ["DASHBOARD__FRONTEND__BROWSERTOKEN"] = BrowserToken,
        ["DASHBOARD__OTLP__AUTHMODE"] = "ApiKey",
        ["DASHBOARD__OTLP__PRIMARYAPIKEY"] = Info.OtlpApiKey,
        ["DASHBOARD__API__AUTHMODE"] = "ApiKey",
        ["DASHBOARD__API__PRIMARYAPIKEY"] = Info.ApiKey,

        // It watches this process and ends with it, however that ends.
        ["ASPIRE_CLI_PID"] = System.Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
    };
}
