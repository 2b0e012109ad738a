using Fixity.Storage.Local.Linux;
using Fixity.Testing.Storage;

namespace Fixity.Storage.Local.Tests;

public sealed class MtimeGranularityTests : IDisposable
{
    private readonly RawTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Theory]
    [InlineData(0xEF53, true, 0)] // ext4
    [InlineData(0xEF53, false, 1)] // ext2, ext3, ext4 with small inodes
    [InlineData(0x58465342, true, 0)] // xfs
    [InlineData(0x9123683E, true, 0)] // btrfs
    [InlineData(0x01021994, true, 0)] // tmpfs
    [InlineData(0x6969, false, 1)] // nfs
    [InlineData(0xFE534D42, true, 1)] // smb
    [InlineData(0x4D44, true, 2)] // vfat
    [InlineData(0x2011BAB0, true, 2)] // exfat
    [InlineData(0x65735546, true, 2)] // fuse
    [InlineData(0x12345678, true, 2)] // whatever comes
    public void The_granularity_follows_from_the_file_system(uint type, bool tellsBirth, int seconds) => Assert.Equal(
        seconds == 0 ? MtimeGranularity.Tick() : TimeSpan.FromSeconds(seconds), MtimeGranularity.Of(type, tellsBirth));

    [Fact]
    public void A_tick_is_that_of_the_kernels_coarse_clock() =>
        Assert.InRange(MtimeGranularity.Tick(), TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(10));

    [MountFact("mkfs.ext4")]
    public async Task An_ext_file_system_with_small_inodes_is_known_by_them()
    {
        Assert.Equal(TimeSpan.FromSeconds(1), await ProbeImageAsync(inodeBytes: 128));
        Assert.Equal(MtimeGranularity.Tick(), await ProbeImageAsync(inodeBytes: 256));
    }

    private async Task<TimeSpan> ProbeImageAsync(int inodeBytes)
    {
        var image = Path.Join(_tree.Root, $"image{inodeBytes}");
        using (var file = File.Create(image))
        {
            file.SetLength(8 * 1024 * 1024);
        }

        Programs.Run("mkfs.ext4", "-q", "-F", "-I", $"{inodeBytes}", image);
        _tree.Folder($"place{inodeBytes}");
        var place = Path.Join(_tree.Root, $"place{inodeBytes}");
        using var mounted = Mounting.Image(image, place);
        await using var backend = LocalStorage.Open(place);
        return (await backend.ProbeAsync(CancellationToken.None)).MtimeGranularity;
    }
}
