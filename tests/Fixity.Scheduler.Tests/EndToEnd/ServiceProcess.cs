using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Secrets;
using Fixity.Testing.Postgres;
using Fixity.Testing.Services;

namespace Fixity.Scheduler.Tests.EndToEnd;

/// <summary>A service's own program in a process of its own, which a test may ask and kill.</summary>
internal sealed partial class ServiceProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = [];

    private ServiceProcess(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output => string.Join('\n', _output);

    /// <param name="program">The path of its assembly.</param>
    /// <param name="settings">Configuration: key with colons, value.</param>
    public static ServiceProcess Start(
        string program, TestDatabase database, params (string Key, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [program])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        (string, string)[] all =
        [
            ("ConnectionStrings:fixitydb", database.ConnectionString),
            (CallerIdentity.KeySetting, ServiceApplication<Program>.GatewayKey),
            (SecretBox.KeySetting, ServiceApplication<Program>.EncryptionKey),
            .. settings,
        ];
        foreach (var (key, value) in all)
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        return new ServiceProcess(Process.Start(start)!);
    }

    /// <summary>Returns when it has said this.</summary>
    public async Task<Match> SaysAsync(Regex what)
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            if (what.Match(Output) is { Success: true } match)
            {
                return match;
            }

            Assert.False(_process.HasExited || patience.Elapsed > Patience, Output);
            await Task.Delay(50);
        }
    }

    /// <summary>A client whose every request carries an identity, as the gateway would give it.</summary>
    public async Task<HttpClient> ClientAsync(string role)
    {
        var address = (await SaysAsync(Listening())).Groups[1].Value;
        return new HttpClient(new Signer(role)) { BaseAddress = new Uri(address), Timeout = Patience };
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    [GeneratedRegex(@"Now listening on: (http://[\d.:]+)")]
    private static partial Regex Listening();

    private sealed class Signer(string role) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Add(CallerIdentity.Header, new CallerIdentity("otto", role).Sign(
                Encoding.UTF8.GetBytes(ServiceApplication<Program>.GatewayKey), DateTimeOffset.UtcNow));
            return base.SendAsync(request, cancellationToken);
        }
    }
}
