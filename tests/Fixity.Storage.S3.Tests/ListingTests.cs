using Fixity.Core;
using Fixity.Testing.S3;

namespace Fixity.Storage.S3.Tests;

public sealed class ListingTests
{
    private static readonly DateTimeOffset Day = new(2026, 3, 1, 12, 0, 0, 789, TimeSpan.Zero);

    [Fact]
    public async Task A_range_is_asked_for_from_its_beginning_and_to_its_end_and_no_further()
    {
        await using var bucket = await TestBucket.StartAsync();
        await using var backend = bucket.Open(pageSize: 10);
        for (var i = 0; i < 1000; i++)
        {
            bucket.Put($"f{i:D3}", "");
        }

        var range = new PathRange(FilePath.FromEscaped("f500"), FilePath.FromEscaped("f515"));
        var entries = await Listed.AllAsync(backend, range);

        Assert.Equal(Enumerable.Range(500, 15).Select(i => $"File f{i}"), entries.Words());
        Assert.InRange(bucket.Server.Calls.Count, 2, 3); // The next page may be under way already.
    }

    [Fact]
    public async Task Only_the_prefix_is_listed_and_its_markers_of_folders_are_nothing()
    {
        await using var bucket = await TestBucket.StartAsync();
        await using var backend = bucket.Open();
        bucket.Server.Put("elsewhere", "");
        bucket.Server.Put("some prefix/v", "");
        bucket.Put("", "");
        bucket.Put("dir/", "");
        bucket.Put("dir/file", "");
        bucket.Put("full/", "a folder with content");

        Assert.Equal(["File dir/file", "Skipped full/"], (await Listed.AllAsync(backend)).Words());
    }

    [Fact]
    public async Task A_key_that_no_path_can_say_is_a_fault_of_its_own_range_and_hides_nothing_else()
    {
        await using var bucket = await TestBucket.StartAsync();
        await using var backend = bucket.Open();
        foreach (var key in (string[])["/x", "a/../b", "a//b", "a//c", "a/b", "b/./c", "c/..", "c/x", "d/nul\0", "z"])
        {
            bucket.Put(key, "");
        }

        var entries = await Listed.AllAsync(backend);

        Assert.Equal(
            [
                "ListingFault /", "ListingFault a/../", "ListingFault a//", "File a/b", "ListingFault b/./",
                "ListingFault c/", "File c/x", "ListingFault d/", "File z",
            ],
            entries.Words().Order(StringComparer.Ordinal).OrderBy(words => words[(words.IndexOf(' ') + 1)..], StringComparer.Ordinal)
                .OrderBy(words => entries.FindIndex(entry => $"{entry.Kind} {entry.Path}" == words)));
        var gone = await Assert.ThrowsAsync<StorageException>(
            async () => await backend.OpenAsync(FilePath.FromEscaped("a/../b"), ReadSource.Cache, CancellationToken.None));
        Assert.Equal(StorageFault.Gone, gone.Fault);
    }

    [Fact]
    public async Task An_archived_object_is_skipped_until_it_is_fetched_back()
    {
        await using var bucket = await TestBucket.StartAsync();
        await using var backend = bucket.Open();
        bucket.Put("deep", new StoredObject("x"u8.ToArray(), Day) { StorageClass = "DEEP_ARCHIVE" });
        bucket.Put("glacier", new StoredObject("x"u8.ToArray(), Day) { StorageClass = "GLACIER" });
        bucket.Put("instant", new StoredObject("x"u8.ToArray(), Day) { StorageClass = "GLACIER_IR" });
        bucket.Put("restored", new StoredObject("x"u8.ToArray(), Day)
        {
            StorageClass = "GLACIER",
            RestoredUntil = DateTimeOffset.UtcNow.AddDays(1),
        });

        var entries = await Listed.AllAsync(backend);

        Assert.Equal(["Skipped deep", "Skipped glacier", "File instant", "File restored"], entries.Words());
        Assert.Equal(SkipKind.Archived, entries[0].SkipKind);
        Assert.Equal("archived", entries[0].SkipKind.Name());
        foreach (var entry in entries)
        {
            var named = await backend.StatAsync(entry.Path, CancellationToken.None);
            Assert.Equal(entry.Kind, named?.Kind);
            Assert.Equal(entry.SkipKind, named?.SkipKind);
        }

        var refused = await Assert.ThrowsAsync<StorageException>(
            async () => await backend.OpenAsync(entries[0].Path, ReadSource.Cache, CancellationToken.None));
        Assert.Equal(StorageFault.Denied, refused.Fault);
        Assert.Contains("archived", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Times_are_whole_seconds_in_a_listing_as_in_a_look()
    {
        await using var bucket = await TestBucket.StartAsync();
        await using var backend = bucket.Open();
        bucket.Put("f", new StoredObject([], Day));

        var listed = Assert.Single(await Listed.AllAsync(backend)).Metadata;
        var named = await backend.StatAsync(FilePath.FromEscaped("f"), CancellationToken.None);

        Assert.Equal(1_772_366_400_000_000_000, listed.MtimeNs);
        Assert.Equal(listed, named?.Metadata);
    }

    [Fact]
    public async Task What_is_overwritten_within_a_second_is_another_object()
    {
        await using var bucket = await TestBucket.StartAsync();
        await using var backend = bucket.Open();
        bucket.Put("f", new StoredObject("one"u8.ToArray(), Day));
        var before = Assert.Single(await Listed.AllAsync(backend)).Metadata;

        bucket.Put("f", new StoredObject("two"u8.ToArray(), Day));

        Assert.False(before.SameMomentAs(Assert.Single(await Listed.AllAsync(backend)).Metadata));
    }

    [Fact]
    public async Task Folders_that_nobody_wants_are_not_listed_however_full()
    {
        await using var bucket = await TestBucket.StartAsync();
        await using var backend = bucket.Open(pageSize: 10);
        for (var i = 0; i < 500; i++)
        {
            bucket.Put($"a/skip/{i}", "");
        }

        bucket.Put("a/skip.txt", "");
        bucket.Put("a/skip0", "");
        bucket.Put("b", "");
        var filter = new Refusing("a/skip/");

        var entries = await Listed.AllAsync(backend, filter: filter);

        Assert.Equal(["File a/skip.txt", "File a/skip0", "File b"], entries.Words());
        Assert.Equal(["a/", "a/skip/"], filter.Asked);
        Assert.InRange(bucket.Server.Calls.Count, 2, 4);
    }

    [Fact]
    public async Task Ten_thousand_keys_come_page_by_page_in_one_and_the_same_memory()
    {
        await using var bucket = await TestBucket.StartAsync();
        await using var backend = bucket.Open(pageSize: 1000);
        for (var i = 0; i < 10_000; i++)
        {
            bucket.Put($"{i:D5}", "");
        }

        var (blocks, count) = (0, 0);
        await foreach (var block in backend.ListAsync(PathRange.Everything, CancellationToken.None))
        {
            Assert.InRange(block.Length, 1, 1000);
            (blocks, count) = (blocks + 1, count + block.Length);
            Assert.InRange(bucket.Server.Calls.Count, blocks, blocks + 1); // One page ahead and no more.
        }

        Assert.Equal((10, 10_000), (blocks, count));
    }

    private sealed class Refusing(params string[] folders) : IEntryFilter
    {
        public List<string> Asked { get; } = [];

        public bool Enters(ReadOnlySpan<byte> rangeKey)
        {
            var folder = System.Text.Encoding.UTF8.GetString(rangeKey);
            Asked.Add(folder);
            return !folders.Contains(folder);
        }
    }
}
