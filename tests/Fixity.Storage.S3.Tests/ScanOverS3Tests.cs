using Fixity.Core;
using Fixity.Scanning;
using Fixity.Testing.S3;
using Fixity.Testing.Scanning;

namespace Fixity.Storage.S3.Tests;

/// <summary>The engine on a bucket: what of S3 becomes of verdicts.</summary>
public sealed class ScanOverS3Tests : IAsyncLifetime, IDisposable
{
    private static readonly DateTimeOffset Day = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly MemoryBaseline _baseline = new();
    private readonly FakeSegmentControl _control = new();
    private TestBucket? _bucket;

    private TestBucket Bucket => _bucket ?? throw new InvalidOperationException("The bucket is made first.");

    public async Task InitializeAsync()
    {
        _bucket = await TestBucket.StartAsync();
        for (var i = 0; i < 30; i++)
        {
            Bucket.Put($"dir/{i:D2}", new StoredObject(Content(i), Day));
        }

        await ScanAsync();
        _baseline.Events.Clear();
        Bucket.Server.Calls.Clear();
    }

    public async Task DisposeAsync() => await Bucket.DisposeAsync();

    public void Dispose() => _control.Dispose();

    [Fact]
    public async Task An_unchanged_bucket_costs_its_listing_and_no_object()
    {
        await ScanAsync();

        Assert.Empty(_baseline.Events);
        Assert.DoesNotContain(Bucket.Server.Calls, call => call.Operation is "GetObject" or "HeadObject");
    }

    [Fact]
    public async Task Other_bytes_under_the_same_tag_and_time_are_corruption_with_what_S3_says_of_them()
    {
        var sound = Content(7);
        Bucket.Put("dir/07", new StoredObject([.. sound[..^1], (byte)~sound[^1]], Day)
        {
            ETag = new StoredObject(sound, Day).ETag,
            Checksums = new Dictionary<string, string>
            {
                ["x-amz-checksum-crc64nvme"] = Convert.ToBase64String([1, 2, 3, 4, 5, 6, 7, 8]),
                ["x-amz-checksum-type"] = "FULL_OBJECT",
            },
        });

        await ScanAsync(verifyAll: true);

        Assert.Equal(["corrupted dir/07"], _baseline.Events);
        var evidence = Assert.Single(_baseline.Batches.SelectMany(batch => batch.Corrupted)).Evidence;
        Assert.Equal("0102030405060708", evidence?.Checksums["crc64nvme"]);
    }

    [Fact]
    public async Task Added_deleted_modified_and_archived_are_told_apart()
    {
        Bucket.Put("dir/new", new StoredObject("new"u8.ToArray(), Day));
        Bucket.Server.Remove(Bucket.Connection.Prefix + "dir/03");
        Bucket.Put("dir/04", new StoredObject("other"u8.ToArray(), Day.AddDays(1)));
        Bucket.Put("dir/05", new StoredObject(Content(5), Day) { StorageClass = "GLACIER" });

        await ScanAsync();

        Assert.Equal(["added dir/new", "deleted dir/03", "modified dir/04"], _baseline.Events.Order(StringComparer.Ordinal));
        Assert.Equal(FileState.Present, _baseline["dir/05"].State);
    }

    [Theory]
    [InlineData("bucket")]
    [InlineData("listing")]
    public async Task A_bucket_that_goes_or_shuts_in_the_middle_fails_the_scan_and_deletes_nothing(string what)
    {
        Bucket.Server.Remove(Bucket.Connection.Prefix + "dir/00");
        Bucket.Server.Remove(Bucket.Connection.Prefix + "dir/29");
        Bucket.Server.Upset = call =>
        {
            // Behind the probe and the first page.
            Bucket.Server.BucketIsGone = what == "bucket" && call is { Operation: "ListObjectsV2", Number: >= 3 };
            Bucket.Server.ListingIsDenied = what == "listing" && call is { Operation: "ListObjectsV2", Number: >= 3 };
            return null;
        };
        Bucket.Server.CountAnew();

        var failed = await Assert.ThrowsAnyAsync<Exception>(() => ScanAsync());

        Assert.True(failed is StorageException { Fault: StorageFault.Configuration } or StorageIdentityChangedException, failed.ToString());
        Assert.Empty(_baseline.Events);
    }

    [Fact]
    public async Task A_deletion_is_looked_at_again_and_the_bucket_too()
    {
        Bucket.Server.Remove(Bucket.Connection.Prefix + "dir/29");
        Bucket.Server.Upset = call =>
        {
            Bucket.Server.BucketIsGone |= call.Operation == "HeadObject";
            return null;
        };

        await Assert.ThrowsAnyAsync<Exception>(() => ScanAsync());

        Assert.Empty(_baseline.Events);
        Assert.Equal(FileState.Present, _baseline["dir/29"].State);
    }

    [Fact]
    public async Task An_object_that_is_replaced_under_its_reader_is_read_again_and_never_damaged()
    {
        var big = new byte[70 << 20];
        new Random(5).NextBytes(big);
        Bucket.Put("big", new StoredObject(big, Day));
        var replaced = big.ToArray();
        replaced[^1] ^= 1;
        Bucket.Server.Upset = call =>
        {
            if (call is { Operation: "GetObject", Range: not null } or { Operation: "HeadObject" })
            {
                Bucket.Put("big", new StoredObject(replaced, Day));
                Bucket.Server.Upset = null;
            }

            return null;
        };

        await ScanAsync();

        Assert.Equal(["added big"], _baseline.Events);
        Assert.Equal(
            _baseline["big"].Checksum.ToArray(), SegmentChecksum(replaced));
    }

    private static byte[] Content(int i) => System.Text.Encoding.UTF8.GetBytes($"content of {i}");

    private static byte[] SegmentChecksum(byte[] content)
    {
        using var checksum = Hashing.IncrementalChecksum.Create(ChecksumAlgorithm.Blake3);
        checksum.Append(content);
        var digest = new byte[ChecksumAlgorithm.Blake3.DigestBytes()];
        checksum.Finish(digest);
        return digest;
    }

    private async Task ScanAsync(bool verifyAll = false)
    {
        await using var backend = Bucket.Open(pageSize: 10);
        _baseline.NewScan();
        _baseline.Batches.Clear();
        await new SegmentScanner(
            backend, _baseline, _baseline, _control, new SegmentLimits { Workers = 3, BatchSize = 5 }, TimeProvider.System)
            .RunAsync(new SegmentPlan(default, null, ChecksumAlgorithm.Blake3, verifyAll), CancellationToken.None);
    }
}
