using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Fixity.Testing.Postgres;

namespace Fixity.Scanner.Tests;

/// <summary>The scanner's own program in a process of its own, which a test may kill, stop and wake as the world does.</summary>
public sealed class RealScanner : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = [];

    private RealScanner(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>What it wrote, lines joined.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>The most memory that it ever held, in bytes.</summary>
    public long PeakMemoryBytes => 1024 * ReadNumber("status", "VmHWM:");

    /// <summary>Bytes that its read calls returned so far.</summary>
    public long BytesRead => ReadNumber("io", "rchar:");

    /// <summary>Starts one and waits until it takes scans.</summary>
    public static async Task<RealScanner> StartAsync(
        TestDatabase database, TimeSpan? lease = null, int? splitFiles = null, int concurrency = 2, long? splitBytes = null)
    {
        var scanner = Launch(database, lease, splitFiles, concurrency, splitBytes);
        while (!scanner.Output.Contains("Listening for scans as", StringComparison.Ordinal))
        {
            Assert.False(scanner.HasExited, scanner.Output);
            await Task.Delay(20);
        }

        return scanner;
    }

    public static RealScanner Launch(
        TestDatabase database, TimeSpan? lease = null, int? splitFiles = null, int concurrency = 2, long? splitBytes = null)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ScannerOptions).Assembly.Location])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Long enough for a busy machine: a lease that is lost while its scanner lives makes another scan.
        var held = lease ?? TimeSpan.FromSeconds(6);
        start.Environment["ConnectionStrings__fixitydb"] = database.ConnectionString;
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["Scanner__Lease"] = held.ToString();
        start.Environment["Scanner__RenewInterval"] = (held / 4).ToString();
        start.Environment["Scanner__PollInterval"] = "00:00:00.2";
        start.Environment["Scanner__ControlInterval"] = "00:00:00.2";
        start.Environment["Scanner__SplitInterval"] = "00:00:01";
        start.Environment["Scanner__Concurrency"] = concurrency.ToString(CultureInfo.InvariantCulture);
        if (splitFiles is { } files)
        {
            start.Environment["Scanner__SplitFiles"] = files.ToString(CultureInfo.InvariantCulture);
        }

        if (splitBytes is { } bytes)
        {
            start.Environment["Scanner__SplitBytes"] = bytes.ToString(CultureInfo.InvariantCulture);
        }

        return new RealScanner(Process.Start(start)!);
    }

    /// <summary>Whether it keeps a file of this name open.</summary>
    public bool HasOpen(string path) => Directory.GetFiles($"/proc/{Id}/fd").Any(
        descriptor => string.Equals(new FileInfo(descriptor).LinkTarget, path, StringComparison.Ordinal));

    /// <param name="name">STOP, CONT, TERM.</param>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public Task WaitForExitAsync() => _process.WaitForExitAsync();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private long ReadNumber(string file, string name)
    {
        var line = File.ReadLines($"/proc/{Id}/{file}").First(l => l.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(
            line[name.Length..].Trim().Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
