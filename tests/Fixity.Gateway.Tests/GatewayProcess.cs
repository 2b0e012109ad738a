using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Fixity.ServiceDefaults.Identity;
using Fixity.Testing.Services;

namespace Fixity.Gateway.Tests;

/// <summary>The gateway in a process of its own: for what a test's server has no say in, ports and signals.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;

    private GatewayProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Ready when this returns.</summary>
    public static async Task<GatewayProcess> StartAsync(
        string connectionString, IReadOnlyDictionary<string, string> settings)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location])
        {
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.Environment["ConnectionStrings__fixitydb"] = connectionString;
        start.Environment[CallerIdentity.KeySetting.Replace(":", "__", StringComparison.Ordinal)] =
            ServiceApplication<Program>.GatewayKey;
        start.Environment["ASPNETCORE_URLS"] = address.ToString();
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        var gateway = new GatewayProcess(Process.Start(start)!, address);
        await gateway.UntilReadyAsync();
        return gateway;
    }

    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    public Task WaitForExitAsync() => _process.WaitForExitAsync().WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task UntilReadyAsync()
    {
        using var client = new HttpClient();
        var since = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri(Address, "/readyz"));
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (since.Elapsed < Patience)
            {
                // It does not listen yet.
            }

            Assert.False(_process.HasExited, "The gateway ended.");
            Assert.True(since.Elapsed < Patience, "The gateway did not become ready.");
            await Task.Delay(50);
        }
    }
}
