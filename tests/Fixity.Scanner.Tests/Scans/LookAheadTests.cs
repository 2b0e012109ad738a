using Fixity.Core;
using Fixity.Core.Patterns;
using Fixity.Scanner.Scans;
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

    private async Task<string?> MiddleAsync(PathFilter filter, int atLeastFiles)
    {
        var middle = await LookAhead.MiddleAsync(
            _storage, PathRange.Everything, filter, atLeastFiles, taken: 0, TimeProvider.System, CancellationToken.None);
        return middle?.ToString();
    }
}
