using Fixity.Core;

namespace Fixity.Storage.Local.Tests;

/// <summary>What a listing gave, in memory of its own.</summary>
internal static class Listed
{
    public static async Task<List<StorageEntry>> AllAsync(IStorageBackend backend, PathRange range = default)
    {
        var entries = new List<StorageEntry>();
        await foreach (var block in backend.ListAsync(range, CancellationToken.None))
        {
            entries.AddRange(block.ToArray().Select(entry => entry with { Path = entry.Path.ToOwned() }));
        }

        return entries;
    }

    public static IEnumerable<string> Words(this IEnumerable<StorageEntry> entries) =>
        entries.Select(entry => $"{entry.Kind} {entry.Path}");
}
