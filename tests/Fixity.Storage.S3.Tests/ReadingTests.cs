using System.Security.Cryptography;
using Fixity.Core;
using Fixity.Testing.S3;

namespace Fixity.Storage.S3.Tests;

public sealed class ReadingTests
{
    private static readonly FilePath Path = FilePath.FromEscaped("f");
    private static readonly DateTimeOffset Day = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly byte[] _content = new byte[3_000_000];

    public ReadingTests() => new Random(2).NextBytes(_content);

    [Fact]
    public async Task A_file_that_is_read_through_is_one_call()
    {
        await using var bucket = await TestBucket.StartAsync();
        await using var backend = bucket.Open();
        bucket.Put("f", new StoredObject(_content, Day));

        await using var file = await OpenAsync(backend);
        var before = await file.StatAsync(CancellationToken.None);

        Assert.Equal(_content, await Listed.ContentAsync(file));
        Assert.Equal(_content.Length, before.SizeBytes);
        Assert.Equal(["GetObject"], bucket.Server.Calls.Select(call => call.Operation));
    }

    [Fact]
    public async Task Who_jumps_is_given_just_that_part_of_just_that_object()
    {
        await using var bucket = await TestBucket.StartAsync();
        await using var backend = bucket.Open();
        bucket.Put("f", new StoredObject(_content, Day));
        await using var file = await OpenAsync(backend);
        var buffer = new byte[1 << 20];

        await FillAsync(file, 1 << 20, buffer);
        Assert.Equal(_content[(1 << 20)..(2 << 20)], buffer);
        await FillAsync(file, 0, buffer);
        Assert.Equal(_content[..(1 << 20)], buffer);

        Assert.Equal([null, "bytes=1048576-2097151", "bytes=0-1048575"], bucket.Server.Calls.Select(call => call.Range));
    }

    [Theory]
    [InlineData("d41d8cd98f00b204e9800998ecf8427e-3")]
    [InlineData("d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("0")]
    public async Task A_tag_is_not_taken_for_a_checksum_even_if_it_looks_like_one(string tag)
    {
        await using var bucket = await TestBucket.StartAsync();
        await using var backend = bucket.Open();
        bucket.Put("f", new StoredObject(_content, Day) { ETag = $"\"{tag}\"" });

        await using var file = await OpenAsync(backend);

        Assert.Equal(_content, await Listed.ContentAsync(file));
        Assert.Equal(tag, file.Evidence?.Tag);
        Assert.Empty(file.Evidence?.Checksums ?? throw new InvalidOperationException("It has a tag."));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_object_that_is_replaced_while_it_is_read_is_not_mixed_with_its_successor(bool ignoresConditions)
    {
        await using var bucket = await TestBucket.StartAsync(setup: new S3Setup { IgnoresConditions = ignoresConditions });
        await using var backend = bucket.Open();
        bucket.Put("f", new StoredObject(_content, Day));
        await using var file = await OpenAsync(backend);
        await file.ReadAsync(0, new byte[1000], CancellationToken.None);

        bucket.Put("f", new StoredObject(_content[..^1].Append((byte)1).ToArray(), Day));

        var changed = await Assert.ThrowsAsync<StorageException>(
            async () => await file.ReadAsync(2_000_000, new byte[1000], CancellationToken.None));
        Assert.Equal(StorageFault.Changed, changed.Fault);
    }

    [Fact]
    public async Task Another_version_of_the_same_content_is_another_object()
    {
        await using var bucket = await TestBucket.StartAsync();
        await using var backend = bucket.Open();
        bucket.Put("f", new StoredObject(_content, Day) { VersionId = "v1" });
        await using var file = await OpenAsync(backend);
        Assert.Equal("v1", file.Evidence?.Version);

        bucket.Put("f", new StoredObject(_content, Day) { VersionId = "v2" });

        var changed = await Assert.ThrowsAsync<StorageException>(
            async () => await file.ReadAsync(2_000_000, new byte[1000], CancellationToken.None));
        Assert.Equal(StorageFault.Changed, changed.Fault);
    }

    [Fact]
    public async Task An_endpoint_that_sends_other_bytes_than_were_asked_for_is_not_believed()
    {
        await using var bucket = await TestBucket.StartAsync(setup: new S3Setup { IgnoresConditions = true });
        await using var backend = bucket.Open();
        bucket.Put("f", new StoredObject(_content, Day));
        await using var file = await OpenAsync(backend);

        var refused = await Assert.ThrowsAsync<StorageException>(
            async () => await file.ReadAsync(2_000_000, new byte[1000], CancellationToken.None));

        Assert.Equal(StorageFault.ReadFailed, refused.Fault);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_a_lost_connection_and_the_file_goes_on_where_it_was()
    {
        await using var bucket = await TestBucket.StartAsync();
        await using var backend = bucket.Open();
        bucket.Put("f", new StoredObject(_content, Day));
        bucket.Server.Upset = call => call.Number == 1 ? new S3Upset(CutAfterBytes: 1_000_000) : null;
        await using var file = await OpenAsync(backend);
        var got = new byte[_content.Length];
        var offset = 0;

        var lost = await Assert.ThrowsAsync<StorageException>(async () =>
        {
            while (true)
            {
                offset += await file.ReadAsync(offset, got.AsMemory(offset), CancellationToken.None);
            }
        });
        Assert.Equal((StorageFault.Connection, StorageReasons.ConnectionLost), (lost.Fault, lost.Reason));
        Assert.InRange(offset, 1, 1_000_000);

        await FillAsync(file, offset, got.AsMemory(offset));
        Assert.Equal(_content, got);
        Assert.Equal($"bytes={offset}-{_content.Length - 1}", bucket.Server.Calls.Last().Range);
    }

    [Fact]
    public async Task A_read_that_gives_nothing_is_given_up_and_one_that_is_cancelled_ends_at_once()
    {
        await using var bucket = await TestBucket.StartAsync();
        bucket.Put("f", new StoredObject(_content, Day));
        bucket.Server.Upset = _ => new S3Upset(CutAfterBytes: 0, Stalls: true);
        await using var backend = S3Storage.Open(
            bucket.Connection, bucket.Credentials, new S3StorageOptions { Patience = TimeSpan.FromMilliseconds(300) });
        await using var file = await OpenAsync(backend);
        await using var patient = bucket.Open();
        await using var other = await OpenAsync(patient);
        using var cancel = new CancellationTokenSource();

        var stalled = await Assert.ThrowsAsync<StorageException>(
            async () => await file.ReadAsync(0, new byte[10], CancellationToken.None));
        Assert.Equal((StorageFault.Connection, StorageReasons.Unreachable), (stalled.Fault, stalled.Reason));

        var read = other.ReadAsync(0, new byte[10], cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await read);
    }

    [Fact]
    public async Task What_the_storage_says_of_the_content_is_kept_as_evidence()
    {
        await using var bucket = await TestBucket.StartAsync();
        await using var backend = bucket.Open();
        var sum = SHA256.HashData(_content);
        bucket.Put("f", new StoredObject(_content, Day)
        {
            Checksums = new Dictionary<string, string>
            {
                ["x-amz-checksum-sha256"] = Convert.ToBase64String(sum),
                ["x-amz-checksum-type"] = "FULL_OBJECT",
            },
        });
        bucket.Put("parts", new StoredObject(_content, Day)
        {
            Checksums = new Dictionary<string, string>
            {
                ["x-amz-checksum-crc32c"] = "AAECAw==-3",
                ["x-amz-checksum-type"] = "COMPOSITE",
            },
        });

        await using var file = await OpenAsync(backend);
        await using var parts = await backend.OpenAsync(FilePath.FromEscaped("parts"), ReadSource.Cache, CancellationToken.None);

        Assert.Equal(Convert.ToHexStringLower(sum), Assert.Single(file.Evidence!.Checksums, pair => pair.Key == "sha256").Value);
        Assert.Equal("composite:00010203-3", Assert.Single(parts.Evidence!.Checksums, pair => pair.Key == "crc32c").Value);
        Assert.Equal(_content, await Listed.ContentAsync(file));
        Assert.Equal(_content, await Listed.ContentAsync(parts));
    }

    // What the SDK can compute itself; crc32c and crc64nvme are recorded and not compared.
    [Theory]
    [InlineData("crc32", 4)]
    [InlineData("sha1", 20)]
    [InlineData("sha256", 32)]
    public async Task Content_that_the_storage_itself_contradicts_is_a_failed_read(string algorithm, int bytes)
    {
        await using var bucket = await TestBucket.StartAsync();
        await using var backend = bucket.Open();
        bucket.Put("f", new StoredObject(_content, Day)
        {
            Checksums = new Dictionary<string, string>
            {
                [$"x-amz-checksum-{algorithm}"] = Convert.ToBase64String(new byte[bytes]),
                ["x-amz-checksum-type"] = "FULL_OBJECT",
            },
        });
        await using var file = await OpenAsync(backend);

        var refused = await Assert.ThrowsAsync<StorageException>(() => Listed.ContentAsync(file));

        Assert.Equal(StorageFault.ReadFailed, refused.Fault);
    }

    [Fact]
    public async Task An_empty_object_is_read_without_asking_for_a_part_of_it()
    {
        await using var bucket = await TestBucket.StartAsync();
        await using var backend = bucket.Open();
        bucket.Put("f", "");

        await using var file = await OpenAsync(backend);

        Assert.Empty(await Listed.ContentAsync(file));
        Assert.Single(bucket.Server.Calls);
    }

    private static ValueTask<IStorageFile> OpenAsync(IStorageBackend backend) =>
        backend.OpenAsync(Path, ReadSource.Cache, CancellationToken.None);

    private static async Task FillAsync(IStorageFile file, long offset, Memory<byte> buffer)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            var read = await file.ReadAsync(offset + filled, buffer[filled..], CancellationToken.None);
            Assert.NotEqual(0, read);
            filled += read;
        }
    }
}
