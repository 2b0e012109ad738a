using Fixity.Core;
using Fixity.Core.Patterns;
using Fixity.Scanner.Scans;
using Fixity.Scanning;
using Fixity.Testing.Storage;

namespace Fixity.Scanner.Tests.Scans;

public sealed class LookAheadTests : IAsyncDisposable
{
    private readonly FakeStorage _storage = new();

    public LookAheadTests()
    {
        for (var i = 0; i < 100; i++)
        {
            _storage.Put($"cache/f{i:d3}", "content");
            _storage.Put($"kept/f{i:d3}", "content");
            _storage.Put($"kept/f{i:d3}.tmp", "content");
        }
    }

    public ValueTask DisposeAsync() => _storage.DisposeAsync();

    [Fact]
    public async Task What_the_patterns_leave_out_is_neither_looked_into_nor_counted()
    {
        PathFilter.TryCreate([], ["cache/", "*.tmp"], out var filter, out _);

        Assert.Equal("kept/f049", await MiddleAsync(filter!, atLeastFiles: 100));
        Assert.Null(await MiddleAsync(filter!, atLeastFiles: 101));
        Assert.False(_storage.Filter?.Enters("cache/"u8));
        Assert.True(_storage.Filter?.Enters("kept/"u8));
    }

    [Fact]
    public async Task Without_patterns_everything_counts()
    {
        Assert.Equal("kept/f024.tmp", await MiddleAsync(PathFilter.Everything, atLeastFiles: 300));
        Assert.Null(_storage.Filter);
    }

    [Fact]
    public async Task Few_files_are_worth_it_when_they_are_large()
    {
        Assert.NotNull(await MiddleAsync(PathFilter.Everything, atLeastFiles: 301, atLeastBytes: 300 * 7));
        Assert.Null(await MiddleAsync(PathFilter.Everything, atLeastFiles: 301, atLeastBytes: (300 * 7) + 1));
    }

    [Theory]
    [InlineData(200, 1_000_000, "kept/f050")]
    [InlineData(1_000_000, 195 * 7, "kept/f050")] // Five are being read or just recorded.
    [InlineData(250, 195 * 7, "kept/f050")]
    [InlineData(300, 300 * 7, null)]
    public async Task What_may_be_in_work_already_is_left_to_its_owner(int window, long windowBytes, string? middle) =>
        Assert.Equal(middle, await MiddleAsync(
            PathFilter.Everything, atLeastFiles: 100, window: window, windowBytes: windowBytes));

    private async Task<string?> MiddleAsync(
        PathFilter filter, int atLeastFiles, long atLeastBytes = long.MaxValue, int window = 0, long windowBytes = 0)
    {
        var middle = await LookAhead.MiddleAsync(
            _storage, PathRange.Everything, filter, new SplitWorth(atLeastFiles, atLeastBytes),
            new SegmentLimits { Workers = 2, Window = window, WindowBytes = windowBytes }, TimeProvider.System, CancellationToken.None);
        return middle?.ToString();
    }
}
