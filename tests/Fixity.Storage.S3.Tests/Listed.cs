using Fixity.Core;

namespace Fixity.Storage.S3.Tests;

/// <summary>What a listing gave, in memory of its own.</summary>
internal static class Listed
{
    public static async Task<List<StorageEntry>> AllAsync(
        IStorageBackend backend, PathRange range = default, IEntryFilter? filter = null)
    {
        var entries = new List<StorageEntry>();
        await foreach (var block in backend.ListAsync(range, CancellationToken.None, filter))
        {
            entries.AddRange(block.ToArray().Select(entry => entry with { Path = entry.Path.ToOwned() }));
        }

        return entries;
    }

    public static IEnumerable<string> Words(this IEnumerable<StorageEntry> entries) =>
        entries.Select(entry => $"{entry.Kind} {entry.Path}");

    public static async Task<StorageException> RefusedAsync(IStorageBackend backend) =>
        await Assert.ThrowsAsync<StorageException>(() => AllAsync(backend));

    public static async Task<byte[]> ContentAsync(IStorageFile file)
    {
        var all = new List<byte>();
        var buffer = new byte[100_000];
        int read;
        while ((read = await file.ReadAsync(all.Count, buffer, CancellationToken.None)) > 0)
        {
            all.AddRange(buffer.AsSpan(0, read));
        }

        return [.. all];
    }
}
