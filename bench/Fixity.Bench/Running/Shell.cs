using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Fixity.Bench.Running;

/// <summary>Starts a command and says what it took, as the operating system counted it, all its children included.</summary>
internal static partial class Shell
{
    private const int Children = -1; // RUSAGE_CHILDREN

    /// <param name="mayEndWith">Exit codes that are no failure: some tools say what they found with them.</param>
    public static async Task<Measured> MeasureAsync(
        string command, CancellationToken cancellation, params int[] mayEndWith)
    {
        var before = CpuOfChildren();
        var started = Stopwatch.GetTimestamp();
        var output = await RunAsync(command, cancellation, mayEndWith);
        var wall = Stopwatch.GetElapsedTime(started);
        return new Measured(wall.TotalSeconds, CpuOfChildren() - before, output);
    }

    public static async Task<string> RunAsync(
        string command, CancellationToken cancellation, params int[] mayEndWith)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        })!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            var output = await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode == 0 || mayEndWith.Contains(process.ExitCode)
                ? output
                : throw new InvalidOperationException($"{command}\nended with {process.ExitCode}: {await errors}{output}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    public static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    // Of every child that has been waited for: only one runs at a time.
    private static double CpuOfChildren()
    {
        Span<long> usage = stackalloc long[32];
        return ReadUsage(Children, usage) == 0
            ? usage[0] + usage[2] + (usage[1] + usage[3]) / 1e6
            : throw new InvalidOperationException("getrusage failed.");
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int ReadUsage(int who, Span<long> usage);
}

/// <param name="Wall">Seconds from the start of the process to its end.</param>
/// <param name="Cpu">Seconds of user and system time.</param>
internal sealed record Measured(double Wall, double Cpu, string Output);
