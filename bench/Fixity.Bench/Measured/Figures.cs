using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fixity.Bench.Measured;

/// <summary>What one run says of itself, as one line of JSON. Wall time with the start of the process is taken by whoever
/// started it.</summary>
/// <param name="WorkSeconds">The work alone: without the start of the runtime and of the host.</param>
internal sealed record Figures(
    string Verb, double WorkSeconds, double CpuSeconds, long PeakBytes, int Gen0, int Gen1, int Gen2)
{
    public long Files { get; init; }

    public long Bytes { get; init; }

    public long WalBytes { get; init; }

    public string? Status { get; init; }

    public string? Checksum { get; init; }

    public static Figures Of(string verb, TimeSpan work)
    {
        using var self = Process.GetCurrentProcess();
        return new Figures(
            verb, work.TotalSeconds, self.TotalProcessorTime.TotalSeconds, ReadPeakBytes(),
            GC.CollectionCount(0), GC.CollectionCount(1), GC.CollectionCount(2));
    }

    public int Print()
    {
        Console.WriteLine(JsonSerializer.Serialize(this, FiguresJson.Default.Figures));
        return 0;
    }

    public static Figures Parse(string output) =>
        JsonSerializer.Deserialize(output.AsSpan().Trim(), FiguresJson.Default.Figures)
        ?? throw new InvalidDataException($"No figures in: {output}");

    // The runtime's own PeakWorkingSet64 is no high-water mark on Linux.
    private static long ReadPeakBytes()
    {
        foreach (var line in File.ReadLines("/proc/self/status"))
        {
            if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
            {
                return long.Parse(line.AsSpan(6).TrimEnd("kB").Trim(), CultureInfo.InvariantCulture) * 1024;
            }
        }

        throw new InvalidDataException("/proc/self/status has no VmHWM.");
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Figures))]
internal sealed partial class FiguresJson : JsonSerializerContext;
