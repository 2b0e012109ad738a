using System.Globalization;
using System.Runtime.InteropServices;
using Fixity.Core;
using Fixity.Testing.Storage;

namespace Fixity.Storage.Local.Tests;

/// <summary>Whether what is read really comes from the medium, by what the kernel holds in its cache.</summary>
public sealed partial class ReadSourceTests : IAsyncLifetime, IDisposable
{
    private const int BigBytes = 24 * 1024 * 1024;

    private readonly string _image = Path.Join(Path.GetTempPath(), $"fixity-{Guid.NewGuid():N}.img");
    private readonly RawTree _tree = new();
    private Mounting? _mounting;
    private IStorageBackend? _backend;

    private IStorageBackend Backend => _backend ?? throw new InvalidOperationException("not mounted yet");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await (_backend?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    // After DisposeAsync, which closes the backend.
    public void Dispose()
    {
        _mounting?.Dispose();
        _tree.Dispose();
        File.Delete(_image);
    }

    [MountFact("mkfs.ext4")]
    public async Task The_cached_pages_of_a_file_are_dropped_before_it_is_read_from_the_medium()
    {
        MountExt4();
        var content = Write("small", 64 * 1024);
        Assert.Equal(content.Length, CachedBytes("small"));

        await using var file = await Backend.OpenAsync(FilePath.FromEscaped("small"), ReadSource.Medium, CancellationToken.None);

        Assert.Equal(0, CachedBytes("small"));
        Assert.Equal(content, await ReadAllAsync(file, content.Length, 64 * 1024));
    }

    [MountFact("mkfs.ext4")]
    public async Task A_file_read_as_it_comes_stays_in_the_cache()
    {
        MountExt4();
        Write("small", 64 * 1024);

        await using (var file = await Backend.OpenAsync(FilePath.FromEscaped("small"), ReadSource.Cache, CancellationToken.None))
        {
            await ReadAllAsync(file, 64 * 1024, 64 * 1024);
        }

        Assert.Equal(64 * 1024, CachedBytes("small"));
    }

    [MountFact("mkfs.ext4")]
    public async Task A_big_file_never_fills_the_cache_and_leaves_nothing_in_it()
    {
        MountExt4();
        var content = Write("big", BigBytes);
        var most = 0L;
        await using (var file = await Backend.OpenAsync(FilePath.FromEscaped("big"), ReadSource.Medium, CancellationToken.None))
        {
            Assert.Equal(0, CachedBytes("big"));
            var read = await ReadAllAsync(
                file, BigBytes, 256 * 1024, () => most = Math.Max(most, CachedBytes("big")));
            Assert.Equal(content, read);
        }

        // What lies ahead of the reader is the kernel's own readahead.
        Assert.InRange(most, 1, BigBytes - (4 * 1024 * 1024));
        Assert.Equal(0, CachedBytes("big"));
    }

    [MountFact("mkfs.ext4")]
    public async Task Past_the_cache_nothing_goes_through_it_whatever_the_buffer()
    {
        MountExt4();
        var content = Write("big", (3 * 1024 * 1024) + 777);
        Drop("big");

        foreach (var bufferBytes in (int[])[256 * 1024, 100_001, 512])
        {
            await using var file = await Backend.OpenAsync(FilePath.FromEscaped("big"), ReadSource.Direct, CancellationToken.None);
            Assert.Equal(content, await ReadAllAsync(file, content.Length, bufferBytes));
            Assert.Equal(0, await file.ReadAsync(content.Length, new byte[10], CancellationToken.None));
        }

        Assert.Equal(0, CachedBytes("big"));
    }

    private void MountExt4()
    {
        using (var file = File.Create(_image))
        {
            file.SetLength(64 * 1024 * 1024);
        }

        Programs.Run("mkfs.ext4", "-q", "-F", _image);
        _mounting = Mounting.Image(_image, _tree.Root);
        _backend = LocalStorage.Open(_tree.Root);
    }

    /// <summary>Writes it down to the medium: what is dirty cannot be dropped.</summary>
    private byte[] Write(string name, int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        using var file = File.Create(Path.Join(_tree.Root, name));
        file.Write(content);
        file.Flush(flushToDisk: true);
        return content;
    }

    private void Drop(string name)
    {
        using var file = File.OpenHandle(Path.Join(_tree.Root, name));
        Assert.Equal(0, Advise((int)file.DangerousGetHandle(), 0, 0, 4));
        Assert.Equal(0, CachedBytes(name));
    }

    private long CachedBytes(string name) => long.Parse(
        Programs.Run("fincore", "--bytes", "--noheadings", "--output", "RES", Path.Join(_tree.Root, name)),
        CultureInfo.InvariantCulture);

    private static async Task<byte[]> ReadAllAsync(
        IStorageFile file, int length, int bufferBytes, Action? everyFourMegabytes = null)
    {
        var all = new byte[length];
        var offset = 0;
        var looked = 0;
        int read;
        while ((read = await file.ReadAsync(
            offset, all.AsMemory(offset, Math.Min(bufferBytes, length - offset)), CancellationToken.None)) > 0)
        {
            offset += read;
            if (offset - looked >= 4 * 1024 * 1024)
            {
                looked = offset;
                everyFourMegabytes?.Invoke();
            }
        }

        Assert.Equal(length, offset);
        return all;
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(int descriptor, long offset, long length, int advice);
}
