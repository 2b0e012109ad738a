using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Fixity.Hashing.Tests.Blake3;

/// <summary>The same digests on a processor with fewer instructions: this one, with some of its own switched off.</summary>
public sealed class OtherProcessorsTests
{
    [Theory]
    [InlineData(null, "Avx512Kernel Avx2Kernel Vector128Kernel ScalarKernel")]
    [InlineData("DOTNET_EnableAVX512", "Avx2Kernel Vector128Kernel ScalarKernel")]
    [InlineData("DOTNET_EnableAVX2", "Vector128Kernel ScalarKernel")]
    [InlineData("DOTNET_EnableSSE42", "Vector128Kernel ScalarKernel")]
    [InlineData("DOTNET_EnableHWIntrinsic", "ScalarKernel")]
    public async Task Every_length_is_right_with_instructions_switched_off(string? off, string kernels)
    {
        var lines = await RunAsync(off);

        // The switches are those of x64. Elsewhere the process has just run once more.
        if (RuntimeInformation.ProcessArchitecture == Architecture.X64)
        {
            Assert.Contains(lines[0], kernels.Split(' '));
        }

        Assert.Equal(EveryLength.ExpectedSummary, lines[1]);
    }

    private static async Task<string[]> RunAsync(string? off)
    {
        // shared/Microsoft.NETCore.App/<version>/ lies below the folder of the host that runs it.
        var host = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet");
        var start = new ProcessStartInfo(host) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(OtherProcessorsTests).Assembly.Location);
        if (off is not null)
        {
            start.Environment[off] = "0";
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
