using System.Text;
using Fixity.Storage.Local.Linux;

namespace Fixity.Storage.Local.Tests;

public sealed class MountRootTests : IDisposable
{
    private readonly RawTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void The_kernel_tells_a_mount_from_a_folder()
    {
        Assert.True(IsMountRoot("/proc"));
        Assert.False(IsMountRoot(_tree.Root));
    }

    private static bool IsMountRoot(string path)
    {
        using var folder = Descriptors.Own(
            Descriptors.OpenName(-100, Encoding.UTF8.GetBytes(path + "\0"), Libc.Directory));
        Assert.Equal(0, Descriptors.Stat((int)folder.DangerousGetHandle(), out var stat));
        return Descriptors.IsMountRoot(stat);
    }
}
