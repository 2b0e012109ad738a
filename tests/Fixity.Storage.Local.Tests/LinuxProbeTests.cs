using Fixity.Storage.Local.Linux;

namespace Fixity.Storage.Local.Tests;

/// <summary>What a root's file system lets the engine conclude from an open file.</summary>
public sealed class LinuxProbeTests
{
    [Theory]
    [InlineData(0xEF53, true)] // ext4
    [InlineData(0x58465342, true)] // XFS
    [InlineData(0x01021994, true)] // tmpfs
    [InlineData(0x65735546, false)] // FUSE: the program behind it says what it likes
    [InlineData(0x6969, false)] // NFS: the client may answer from before the change
    [InlineData(0x794C7630, false)] // overlay: a file of the lower layer stays as it is when it is deleted
    [InlineData(0x4d44, false)] // FAT: no ctime
    public void An_open_file_tells_of_its_replacement_only_where_the_inode_is_this_kernels_own(uint type, bool tells) =>
        Assert.Equal(tells, LinuxProbe.ChangesInodeWithName(type));

    [Fact]
    public async Task Below_a_root_that_leads_onto_other_file_systems_no_open_file_tells()
    {
        using var tree = new RawTree();
        await using var backend = new LinuxStorageBackend(tree.Root, new LocalStorageOptions { CrossMounts = true });

        Assert.False((await backend.ProbeAsync(CancellationToken.None)).HandleTellsReplacement);
    }
}
