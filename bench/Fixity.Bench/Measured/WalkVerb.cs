using System.Diagnostics;
using Fixity.Core;
using Fixity.Storage;
using Fixity.Storage.Local;

namespace Fixity.Bench.Measured;

/// <summary>The walk alone: sorted, with metadata, counted and forgotten.</summary>
internal static class WalkVerb
{
    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        await using var backend = LocalStorage.Open(Path.GetFullPath(arguments.Word(0, "the folder")));
        var (files, bytes) = (0L, 0L);
        await foreach (var block in backend.ListAsync(PathRange.Everything, cancellation))
        {
            Count(block.Span, ref files, ref bytes);
        }

        return (Figures.Of("walk", Stopwatch.GetElapsedTime(started)) with { Files = files, Bytes = bytes }).Print();
    }

    private static void Count(ReadOnlySpan<StorageEntry> block, ref long files, ref long bytes)
    {
        foreach (ref readonly var entry in block)
        {
            if (entry.Kind == EntryKind.File)
            {
                files++;
                bytes += entry.Metadata.SizeBytes;
            }
        }
    }
}
