using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Fixity.ServiceDefaults.Identity;
using Fixity.Testing.Metrics;
using Fixity.Testing.Postgres;
using Fixity.Testing.Services;

namespace Fixity.Gateway.Tests;

/// <summary>In a process of its own: a port more is Kestrel's to open, which a test's server has no say in.</summary>
public sealed class MetricsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [PromtoolFact]
    public async Task What_the_gateway_measures_is_what_prometheus_reads_on_the_inner_port_alone()
    {
        var (outer, inner) = ($"http://127.0.0.1:{FreePort()}", $"http://127.0.0.1:{FreePort()}");
        using var gateway = Start(outer, inner);
        using var client = new HttpClient();
        try
        {
            await UntilReadyAsync(gateway, client, new Uri(outer + "/readyz"));

            var text = await client.GetStringAsync(new Uri(inner + "/metrics"));
            using var outside = await client.GetAsync(new Uri(outer + "/metrics"));

            Assert.Contains("# TYPE http_server_request_duration_seconds histogram\n", text, StringComparison.Ordinal);
            Assert.Contains("# TYPE fixity_database_queries_total counter\n", text, StringComparison.Ordinal);
            await Promtool.CheckMetricsAsync(text);
            Assert.DoesNotContain("# TYPE", await outside.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        finally
        {
            gateway.Kill();
            await gateway.WaitForExitAsync();
        }
    }

    private Process Start(string outer, string inner)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location])
        {
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.Environment["ConnectionStrings__fixitydb"] = database.ConnectionString;
        start.Environment[CallerIdentity.KeySetting.Replace(":", "__", StringComparison.Ordinal)] =
            ServiceApplication<Program>.GatewayKey;
        start.Environment["Gateway__MetricsUrl"] = inner;
        start.Environment["ASPNETCORE_URLS"] = outer;
        return Process.Start(start)!;
    }

    private static async Task UntilReadyAsync(Process gateway, HttpClient client, Uri probe)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync(probe);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (since.Elapsed < Patience)
            {
                // It does not listen yet.
            }

            Assert.False(gateway.HasExited, "The gateway ended.");
            Assert.True(since.Elapsed < Patience, "The gateway did not become ready.");
            await Task.Delay(50);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
