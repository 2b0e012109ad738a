using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Fixity.EndToEnd.Tests;

/// <summary>The whole product from a clean state: the AppHost as a process of its own, as a user starts it.</summary>
public sealed partial class RunningFixity : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<Uri> _setupLink = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningFixity(Process process, string home)
    {
        _process = process;
        Home = home;
    }

    /// <summary>The state folder of this start: database, secrets, logs.</summary>
    public string Home { get; }

    public int ProcessId => _process.Id;

    public Uri Address { get; private set; } = null!;

    public Uri SetupLink { get; private set; } = null!;

    public string Output => string.Join('\n', _output);

    public static async Task<RunningFixity> StartAsync(params string[] options)
    {
        var home = Directory.CreateTempSubdirectory("fixity-e2e-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            // PostgreSQL runs as another user when the tests run as root, and must get through.
            File.SetUnixFileMode(home, (UnixFileMode)Convert.ToInt32("711", 8));
        }

        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.ArgumentList.Add(OutputOf("Fixity.AppHost"));
        start.ArgumentList.Add($"--Fixity:Port={FreePort()}");
        start.ArgumentList.Add("--Fixity:Dashboard=false");
        foreach (var option in options)
        {
            start.ArgumentList.Add(option);
        }

        start.Environment["FIXITY_HOME"] = home;
        start.Environment["DOTNET_ENVIRONMENT"] = "Development";
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        var running = new RunningFixity(Process.Start(start)!, home);
        running.Read();
        try
        {
            running.SetupLink = await running._setupLink.Task.WaitAsync(StartPatience);
            running.Address = new Uri(running.SetupLink.GetLeftPart(UriPartial.Authority));
            return running;
        }
        catch (Exception e)
        {
            await running.DisposeAsync();
            throw new InvalidOperationException($"Fixity did not start. It said:\n{running.Output}", e);
        }
    }

    /// <summary>Ends it as Ctrl+C does, and says how long that took.</summary>
    public async Task<TimeSpan> StopAsync()
    {
        var watch = Stopwatch.StartNew();
        if (!_process.HasExited)
        {
            Signal("INT", _process.Id);
            await _process.WaitForExitAsync().WaitAsync(StopPatience * 2);
        }

        return watch.Elapsed;
    }

    /// <summary>Pids of one service's processes, by the assembly they run.</summary>
    public IReadOnlyList<int> PidsOf(string project) =>
        [.. Children().Where(p => p.Command.Contains($"{project}.dll", StringComparison.Ordinal)).Select(p => p.Pid)];

    /// <summary>Every process started for this state folder or by this AppHost, however deep.</summary>
    public IReadOnlyList<(int Pid, string Command)> Children()
    {
        var all = Directory.GetDirectories("/proc")
            .Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var pid) ? ReadProcess(pid) : null)
            .OfType<(int Pid, int Parent, string Command)>()
            .ToList();
        var family = new HashSet<int> { _process.Id };
        while (all.Where(p => family.Contains(p.Parent)).Any(p => family.Add(p.Pid)))
        {
        }

        return [.. all.Where(p => family.Contains(p.Pid) && p.Pid != _process.Id).Select(p => (p.Pid, p.Command))];
    }

    public static void Signal(string signal, int pid)
    {
        using var kill = Process.Start("kill", [$"-{signal}", pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public static bool IsAlive(int pid) => ReadProcess(pid) is not null;

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync();
        }
        finally
        {
            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
            }

            _process.Dispose();
            Directory.Delete(Home, recursive: true);
        }
    }

    /// <summary>Where the build put a project: beside this test assembly's own folder.</summary>
    private static string OutputOf(string project)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(own.Parent!.Parent!.FullName, project, own.Name, $"{project}.dll");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static (int Pid, int Parent, string Command)? ReadProcess(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z"
                ? null
                : (pid, int.Parse(fields[1], CultureInfo.InvariantCulture), File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' '));
        }
        catch (IOException)
        {
            // It ended while we looked.
            return null;
        }
    }

    private void Read()
    {
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.Exited += (_, _) => _setupLink.TrySetException(new InvalidOperationException("The AppHost ended."));
        _process.EnableRaisingEvents = true;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        _output.Enqueue(line);
        if (SetupLinkPattern().Match(line) is { Success: true } link)
        {
            _setupLink.TrySetResult(new Uri(link.Value));
        }
    }

    [GeneratedRegex(@"http://\S+/setup#token=\S+")]
    private static partial Regex SetupLinkPattern();
}
