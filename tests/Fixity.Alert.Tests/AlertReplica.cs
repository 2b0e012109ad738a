using System.Collections.Concurrent;
using System.Diagnostics;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Secrets;
using Fixity.Testing.Services;

namespace Fixity.Alert.Tests;

/// <summary>The service's own program in a process of its own, which a test may kill.</summary>
internal sealed class AlertReplica : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = [];

    private AlertReplica(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it wrote, lines joined.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Memory that it holds, as the system sees it.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <param name="settings">Configuration: key with colons, value.</param>
    public static AlertReplica Start(string connectionString, params (string Key, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(AlertOptions).Assembly.Location])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        (string, string)[] all =
        [
            ("ConnectionStrings:fixitydb", connectionString),
            (CallerIdentity.KeySetting, ServiceApplication<Program>.GatewayKey),
            (SecretBox.KeySetting, ServiceApplication<Program>.EncryptionKey),
            ("Alert:AllowedNetworks:0", "127.0.0.0/8"),
            ("Alert:PollInterval", "00:00:00.100"),
            .. settings,
        ];
        foreach (var (key, value) in all)
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        return new AlertReplica(Process.Start(start)!);
    }

    /// <summary>As a machine that loses its power: nothing is said, nothing given back.</summary>
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
}
