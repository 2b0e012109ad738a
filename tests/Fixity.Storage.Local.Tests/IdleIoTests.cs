using System.Runtime.InteropServices;
using Fixity.Core;

namespace Fixity.Storage.Local.Tests;

public sealed partial class IdleIoTests : IDisposable
{
    private const int IdleClass = 3;

    private readonly RawTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_thread_that_reads_is_idle_only_when_asked_for(bool idleIo)
    {
        _tree.File("f", "content");
        await using var backend = LocalStorage.Open(_tree.Root, new LocalStorageOptions { IdleIo = idleIo });
        var ioClass = -1;
        var reader = new Thread(() =>
        {
            var opening = backend.OpenAsync(FilePath.FromEscaped("f"), ReadSource.Cache, CancellationToken.None);
            var reading = opening.Result.ReadAsync(0, new byte[10], CancellationToken.None);
            ioClass = reading.Result == 7 ? ClassOfThisThread() : -1;
        });
        reader.Start();
        reader.Join();

        Assert.Equal(idleIo, ioClass == IdleClass);
        Assert.NotEqual(-1, ioClass);
    }

    [Fact]
    public async Task A_thread_of_the_pool_gets_its_class_back()
    {
        _tree.File("f", "content");
        await using var backend = LocalStorage.Open(_tree.Root, new LocalStorageOptions { IdleIo = true });

        var ioClass = await Task.Run(() =>
        {
            var opening = backend.OpenAsync(FilePath.FromEscaped("f"), ReadSource.Cache, CancellationToken.None);
            return opening.IsCompletedSuccessfully ? ClassOfThisThread() : -1;
        });

        Assert.NotEqual(-1, ioClass);
        Assert.NotEqual(IdleClass, ioClass);
    }

    private static int ClassOfThisThread() =>
        (int)(SystemCall(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 31 : 252, 1, 0) >> 13) & 7;

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint SystemCall(long number, nint first, nint second);
}
