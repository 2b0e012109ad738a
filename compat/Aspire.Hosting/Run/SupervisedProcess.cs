using System.Diagnostics;

namespace Aspire.Hosting.Run;

/// <summary>A child process that we hear, can stop with everything it started, and that does not outlive us.</summary>
/// <remarks>
/// It runs in a session of its own (same process id): Ctrl+C at the terminal reaches only the AppHost, which then stops
/// its children in order. What puts itself into yet another session is out of reach of both us and the guard.
/// </remarks>
internal sealed class SupervisedProcess : IAsyncDisposable
{
    // A grandchild that keeps our pipe open must not keep us from saying that the child has ended.
    private static readonly TimeSpan OutputAfterExit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DefaultGrace = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly ProcessSpec _spec;

    private SupervisedProcess(Process process, ProcessSpec spec)
    {
        _process = process;
        _spec = spec;
        Pid = process.Id;
        ProcessGuard.Shared.Take(Pid, spec.StopSignal);
        Exited = FollowAsync();
    }

    public int Pid { get; }

    /// <summary>The exit code (128 + n after signal n), once the process has ended and its output was read.</summary>
    public Task<int> Exited { get; }

    /// <exception cref="FileNotFoundException">There is no such command.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such working directory.</exception>
    public static SupervisedProcess Start(ProcessSpec spec)
    {
        var searchPath = spec.Environment.GetValueOrDefault("PATH") ?? Environment.GetEnvironmentVariable("PATH");
        var command = CommandPath.Find(spec.Command, searchPath)
            ?? throw new FileNotFoundException($"There is no command '{spec.Command}'.", spec.Command);
        if (!Directory.Exists(spec.WorkingDirectory))
        {
            throw new DirectoryNotFoundException($"There is no working directory '{spec.WorkingDirectory}'.");
        }

        var start = new ProcessStartInfo(ProcessGroups.SetSidPath ?? command)
        {
            WorkingDirectory = spec.WorkingDirectory,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Held open, never written: a child that reads it to the end (Vite does) ends when we do.
            RedirectStandardInput = true,
        };
        if (ProcessGroups.SetSidPath is not null)
        {
            start.ArgumentList.Add(Path.GetFullPath(command));
        }

        foreach (var argument in spec.Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        if (!spec.InheritEnvironment)
        {
            start.Environment.Clear();
        }

        foreach (var (name, value) in spec.Environment)
        {
            start.Environment[name] = value;
        }

        return new SupervisedProcess(
            Process.Start(start) ?? throw new InvalidOperationException($"'{command}' did not start."), spec);
    }

    /// <summary>Asks the process and all it started to end, and after <paramref name="grace"/> makes them.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        if (!Exited.IsCompleted)
        {
            Ask();
            if (await Task.WhenAny(Exited, Task.Delay(grace)) != Exited)
            {
                KillAll();
            }
        }

        await Exited;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(DefaultGrace);
        _process.Dispose();
    }

    private void Ask()
    {
        if (OperatingSystem.IsWindows())
        {
            _process.Kill(entireProcessTree: true);
        }
        else
        {
            ProcessGroups.Ask(Pid, _spec.StopSignal);
        }
    }

    private void KillAll()
    {
        if (OperatingSystem.IsWindows())
        {
            _process.Kill(entireProcessTree: true);
        }
        else
        {
            ProcessGroups.KillAll(Pid);
        }
    }

    private async Task<int> FollowAsync()
    {
        var output = Task.WhenAll(
            ReadAsync(_process.StandardOutput, isStdErr: false), ReadAsync(_process.StandardError, isStdErr: true));
        await _process.WaitForExitAsync();
        await Task.WhenAny(output, Task.Delay(OutputAfterExit));

        // What it left behind in its group would hold ports and files that a restart needs.
        ProcessGroups.KillRest(Pid);

        ProcessGuard.Shared.Release(Pid);
        return _process.ExitCode;
    }

    private async Task ReadAsync(StreamReader stream, bool isStdErr)
    {
        // Off the caller's stack: Start returns before the first line is handed on.
        await Task.Yield();
        while (await stream.ReadLineAsync() is { } line)
        {
            _spec.OnLine(line, isStdErr);
        }
    }
}
