using System.Text;
using Fixity.Core;
using Fixity.Storage.Local.Linux;

namespace Fixity.Storage.Local.Tests;

/// <summary>What an open file costs, and that its descriptor is closed once and never again.</summary>
public sealed class LinuxFileTests : IDisposable
{
    private static readonly FilePath Name = FilePath.FromEscaped("section-0001/folder-000012/document-000000123.bin");

    private readonly RawTree _tree = new();

    public LinuxFileTests() => _tree.File(Name.ToRaw(), "content"u8.ToArray());

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task Opening_looking_reading_and_closing_allocate_one_small_object()
    {
        await using var backend = new LinuxStorageBackend(_tree.Root, new LocalStorageOptions());
        var buffer = new byte[64];
        ReadOnce(backend, buffer);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            ReadOnce(backend, buffer);
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 1_000, 1, 256);
    }

    [Fact]
    public async Task A_file_that_is_closed_twice_leaves_the_next_one_with_its_number_alone()
    {
        await using var backend = new LinuxStorageBackend(_tree.Root, new LocalStorageOptions());
        var buffer = new byte[64];
        var first = await backend.OpenAsync(Name, ReadSource.Cache, CancellationToken.None);
        await first.DisposeAsync();

        for (var i = 0; i < 20; i++)
        {
            // Other tests of this process may take the number in between; hardly every time.
            await using var next = await backend.OpenAsync(Name, ReadSource.Cache, CancellationToken.None);
            await first.DisposeAsync();
            Assert.Equal(7, await next.ReadAsync(0, buffer, CancellationToken.None));
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(
            async () => await first.ReadAsync(0, buffer, CancellationToken.None));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(3_000)]
    public async Task A_path_of_any_length_and_with_any_bytes_opens(int length)
    {
        var raw = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("abcdefg\\/", length / 9 + 1))[..length].TrimEnd('/'));
        raw[^1] = 0xFF;
        _tree.File(raw, "found"u8.ToArray());
        await using var backend = new LinuxStorageBackend(_tree.Root, new LocalStorageOptions());

        await using var file = await backend.OpenAsync(FilePath.FromRaw(raw), ReadSource.Cache, CancellationToken.None);

        Assert.Equal(5, await file.ReadAsync(0, new byte[64], CancellationToken.None));
    }

    // Every call of this backend completes before it returns, so that all is counted on this one thread.
    private static void ReadOnce(LinuxStorageBackend backend, byte[] buffer)
    {
        var file = Result(backend.OpenAsync(Name, ReadSource.Cache, CancellationToken.None));
        var before = Result(file.StatAsync(CancellationToken.None));
        Assert.True(Result(file.ReadAsync(0, buffer, CancellationToken.None)) == 7);
        Assert.True(before.SameMomentAs(Result(file.StatAsync(CancellationToken.None))));
        Done(file.DisposeAsync());
    }

    private static void Done(ValueTask call) => Assert.True(call.IsCompletedSuccessfully);

    private static T Result<T>(ValueTask<T> call)
    {
        Assert.True(call.IsCompletedSuccessfully);
        return call.Result;
    }
}
