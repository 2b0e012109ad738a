namespace Aspire.Hosting.Dashboard;

/// <summary>What others need of a dashboard that runs.</summary>
/// <param name="LoginUrl">Opens it signed in.</param>
/// <param name="OtlpEndpoint">Takes OTLP over gRPC.</param>
/// <param name="OtlpApiKey">To be sent as x-otlp-api-key.</param>
/// <param name="ApiKey">For its telemetry API (/api/telemetry), as x-api-key.</param>
/// <param name="FrontendUrl">Where its pages and its API are.</param>
internal sealed record DashboardInfo(
    string LoginUrl, string OtlpEndpoint, string OtlpApiKey, string ApiKey, string FrontendUrl);
