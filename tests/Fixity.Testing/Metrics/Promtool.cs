using System.Diagnostics;
using Fixity.Testing.Storage;
using Xunit;

namespace Fixity.Testing.Metrics;

/// <summary>Prometheus' own checker, for what our services and rule files say.</summary>
public static class Promtool
{
    internal static string? Refusal { get; } =
        Environment.GetEnvironmentVariable("CI") == "true" || Programs.Has("promtool")
            ? null
            : "This machine has no promtool (Debian: prometheus).";

    /// <summary>Fails with promtool's words where it finds fault with the metrics.</summary>
    public static async Task CheckMetricsAsync(string text)
    {
        var (exitCode, said) = await RunAsync(text, "check", "metrics");
        Assert.True(exitCode == 0, $"promtool check metrics: {said}{text}");
    }

    /// <returns>What it ended with, and all that it said.</returns>
    public static async Task<(int ExitCode, string Said)> RunAsync(string? input, params string[] arguments)
    {
        var start = new ProcessStartInfo("promtool", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var promtool = Process.Start(start) ?? throw new InvalidOperationException("promtool did not start.");
        var output = promtool.StandardOutput.ReadToEndAsync();
        var errors = promtool.StandardError.ReadToEndAsync();
        await promtool.StandardInput.WriteAsync(input ?? "");
        promtool.StandardInput.Close();
        await promtool.WaitForExitAsync();
        return (promtool.ExitCode, await output + await errors);
    }
}

/// <summary>A test that asks promtool. Skipped where there is none, but in CI, where it must be.</summary>
public sealed class PromtoolFactAttribute : FactAttribute
{
    public PromtoolFactAttribute() => Skip = Promtool.Refusal;
}
