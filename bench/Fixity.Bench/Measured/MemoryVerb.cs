using System.Diagnostics;
using Fixity.Core;
using Fixity.Hashing;

namespace Fixity.Bench.Measured;

/// <summary>Checksums of buffers of one size, one thread: the speed of the algorithm without the reading of files.</summary>
internal static class MemoryVerb
{
    private const long WarmUpBytes = 64L << 20;
    private const long MeasuredBytes = 1L << 30;

    public static int Run(Arguments arguments)
    {
        var size = (int)arguments.Number("bytes", 1 << 20);
        // Several buffers, and not one that stays in the fastest cache, as far as they fit 1 MiB.
        var data = new byte[Math.Max(size, 1 << 20)];
        new Random(7).NextBytes(data);
        using var checksum = IncrementalChecksum.Create(ChecksumAlgorithm.Blake3);
        Hash(checksum, data, size, WarmUpBytes);

        // CPU time and not wall time: nothing here waits for anything but a core that others may have.
        var started = CpuTime();
        var hashed = Hash(checksum, data, size, MeasuredBytes);
        var figures = Figures.Of("hash-memory", CpuTime() - started);
        return (figures with { Files = hashed / size, Bytes = hashed }).Print();
    }

    private static TimeSpan CpuTime()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime;
    }

    private static long Hash(IncrementalChecksum checksum, byte[] data, int size, long total)
    {
        Span<byte> digest = stackalloc byte[ChecksumAlgorithms.MaxDigestBytes];
        var hashed = 0L;
        for (var offset = 0; hashed < total; hashed += size)
        {
            checksum.Append(data.AsSpan(offset, size));
            checksum.Finish(digest);
            offset = offset + size + size <= data.Length ? offset + size : 0;
        }

        return hashed;
    }
}
