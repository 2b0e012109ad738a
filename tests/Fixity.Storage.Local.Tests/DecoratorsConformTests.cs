using System.Diagnostics.Metrics;
using System.Text;
using Fixity.Core;
using Fixity.Storage.Local.Linux;
using Fixity.Storage.Metering;
using Fixity.Storage.Retrying;
using Fixity.Testing.Storage;

namespace Fixity.Storage.Local.Tests;

/// <summary>Counted, and over a line that is cut every few calls: behind the decorators it is the same storage.</summary>
public sealed class DecoratorsConformTests : StorageBackendConformance, IDisposable
{
    private static readonly RetryPolicy Quick = new()
    {
        FirstPause = TimeSpan.FromMilliseconds(1),
        LongestPause = TimeSpan.FromMilliseconds(1),
    };

    private readonly RawTree _tree = new();
    private readonly List<FlakyStorage> _lines = [];

    // What only bytes can say, too.
    protected override IReadOnlyList<string> AwkwardPaths => [.. base.AwkwardPaths, "\\xff", "dir\\xfe/x\\x80y"];

    public override Task InitializeAsync() => Task.CompletedTask;

    // After DisposeAsync, which closes the backend.
    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task The_line_was_really_cut_in_listings_and_reads()
    {
        for (var i = 0; i < 50; i++)
        {
            await PutAsync(FilePath.FromEscaped($"dir{i % 7}/{i}"), Encoding.UTF8.GetBytes($"{i}"));
        }

        Assert.Equal(50, (await ListAsync(PathRange.Everything)).Count);
        Assert.InRange(_lines.Sum(line => line.Losses), 3, 1000);
        var listing = _lines.Sum(line => line.Losses);

        foreach (var entry in await ListAsync(PathRange.Everything))
        {
            await using var file = await Backend.OpenAsync(entry.Path, ReadSource.Cache, CancellationToken.None);
            Assert.NotEmpty(await ReadAllAsync(file, 0));
        }

        Assert.InRange(_lines.Sum(line => line.Losses), listing + 10, 1000);
    }

    protected override IStorageBackend Open()
    {
        var line = new FlakyStorage(new LinuxStorageBackend(_tree.Root, new LocalStorageOptions()), every: 7);
        _lines.Add(line);
        return new RetryingStorage(new StorageMeter(new Meters()).Watch("test", line), Quick, TimeProvider.System);
    }

    protected override Task PutAsync(FilePath path, byte[] content)
    {
        _tree.File(path.ToRaw(), content);
        return Task.CompletedTask;
    }

    private sealed class Meters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
            // The meters of one test are the collector's.
        }
    }
}
