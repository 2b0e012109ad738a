using Fixity.Scanner.Scans;

namespace Fixity.Scanner.Tests.Scans;

public sealed class StorageReadersTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fixity-readers-");

    [Theory]
    [InlineData("/srv/disk/photos", true)]
    [InlineData("/srv/disk", true)]
    [InlineData("/srv/disks", false)]
    [InlineData("/srv/solid", false)]
    [InlineData("/srv/share/a", true)]
    [InlineData("/srv/with space/a", true)]
    [InlineData("/srv/virtual", false)]
    [InlineData("/srv/btrfs", true)]
    [InlineData("/srv/memory", false)]
    [InlineData("/srv/disk/over", false)]
    public void One_reader_for_heads_that_move_and_for_shares_several_for_the_rest(string root, bool isForOne)
    {
        AddDisk("8:0", "sda", "1");
        AddDisk("8:16", "sdb", "0");
        AddDisk("252:0", "vda", "1");
        Directory.CreateDirectory(PathOf("devices/sda/sda1"));
        Directory.CreateDirectory(PathOf("numbers"));
        File.CreateSymbolicLink(PathOf("numbers/8:1"), PathOf("devices/sda/sda1"));
        File.WriteAllText(PathOf("mountinfo"), """
            1 0 8:16 / / rw - ext4 /dev/sdb rw
            2 1 8:1 / /srv/disk rw,noatime shared:1 - ext4 /dev/sda1 rw
            3 1 8:16 / /srv/solid rw - xfs /dev/sdb rw
            4 1 0:50 / /srv/share rw - nfs4 server:/share rw
            5 1 0:51 / /srv/with\040space rw - cifs //server/share rw
            6 1 252:0 / /srv/virtual rw - ext4 /dev/vda rw
            7 1 0:52 / /srv/btrfs rw - btrfs /dev/sda rw
            8 1 0:53 / /srv/memory rw - tmpfs tmpfs rw
            9 2 8:16 / /srv/disk/over rw - ext4 /dev/sdb rw
            """);

        var readers = new StorageReaders(PathOf("mountinfo"), PathOf("numbers"), PathOf("names"));

        Assert.Equal(isForOne, readers.IsForOne(root));
        Assert.Equal(isForOne ? 1 : Math.Min(4, Environment.ProcessorCount), readers.DefaultFor(root));
    }

    [Fact]
    public void Where_there_is_no_mount_table_nothing_is_known() =>
        Assert.False(new StorageReaders(PathOf("none")).IsForOne("/srv"));

    public void Dispose() => _folder.Delete(recursive: true);

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private void AddDisk(string number, string name, string rotational)
    {
        Directory.CreateDirectory(PathOf($"devices/{name}/queue"));
        File.WriteAllText(PathOf($"devices/{name}/queue/rotational"), rotational + "\n");
        Directory.CreateDirectory(PathOf("numbers"));
        Directory.CreateDirectory(PathOf("names"));
        File.CreateSymbolicLink(PathOf($"numbers/{number}"), PathOf($"devices/{name}"));
        File.CreateSymbolicLink(PathOf($"names/{name}"), PathOf($"devices/{name}"));
    }
}
