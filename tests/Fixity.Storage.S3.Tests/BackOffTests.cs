using Fixity.Storage.Retrying;
using Fixity.Testing.S3;

namespace Fixity.Storage.S3.Tests;

/// <summary>An endpoint that asks for patience or breaks off, behind the decorator that has some.</summary>
public sealed class BackOffTests
{
    private static readonly RetryPolicy Quick = new()
    {
        FirstPause = TimeSpan.FromMilliseconds(1),
        LongestPause = TimeSpan.FromMilliseconds(5),
    };

    public static TheoryData<S3Upset> Upsets => new(
        S3Upset.SlowDown, new S3Upset(429), new S3Upset(500, "InternalError"), new S3Upset(CutAfterBytes: 700));

    [Theory]
    [MemberData(nameof(Upsets))]
    public async Task What_passes_is_waited_for_and_nothing_is_missed_or_seen_twice(S3Upset upset)
    {
        await using var bucket = await TestBucket.StartAsync();
        var content = new byte[200_000];
        new Random(3).NextBytes(content);
        for (var i = 0; i < 30; i++)
        {
            bucket.Put($"{i:D2}", new StoredObject(content, new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero)));
        }

        bucket.Server.Upset = call => call.Number % 2 == 1 ? upset : null;
        await using var backend = new RetryingStorage(bucket.Open(), Quick, TimeProvider.System);

        var entries = await Listed.AllAsync(backend);
        await using var file = await backend.OpenAsync(entries[0].Path, ReadSource.Cache, CancellationToken.None);

        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"File {i:D2}"), entries.Words());
        Assert.Equal(content, await Listed.ContentAsync(file));
        Assert.NotNull(file.Evidence);
    }

    [Fact]
    public async Task A_refused_key_is_not_tried_twice()
    {
        await using var bucket = await TestBucket.StartAsync();
        bucket.Server.Upset = _ => new S3Upset(403, "InvalidAccessKeyId");
        await using var backend = new RetryingStorage(bucket.Open(), Quick, TimeProvider.System);

        var refused = await Listed.RefusedAsync(backend);

        Assert.Equal((StorageFault.Configuration, StorageReasons.LoginRefused), (refused.Fault, refused.Reason));
        Assert.Single(bucket.Server.Calls);
    }
}
