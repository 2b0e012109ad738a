using Fixity.Storage.Local.Linux;

namespace Fixity.Storage.Local.Tests;

public sealed class ErrnoTests
{
    // The numbers are those of errno(3), common to x86-64 and Arm.
    [Theory]
    [InlineData(1, StorageFault.Denied)] // EPERM
    [InlineData(2, StorageFault.Gone)] // ENOENT
    [InlineData(5, StorageFault.ReadFailed)] // EIO
    [InlineData(6, StorageFault.NotRegular)] // ENXIO: a socket or a pipe without a writer
    [InlineData(11, StorageFault.Connection)] // EAGAIN: a lease
    [InlineData(12, StorageFault.Resources)] // ENOMEM
    [InlineData(13, StorageFault.Denied)] // EACCES
    [InlineData(18, StorageFault.NotRegular)] // EXDEV: a mount took its place
    [InlineData(20, StorageFault.NotRegular)] // ENOTDIR
    [InlineData(23, StorageFault.Resources)] // ENFILE
    [InlineData(24, StorageFault.Resources)] // EMFILE
    [InlineData(28, StorageFault.Resources)] // ENOSPC
    [InlineData(40, StorageFault.NotRegular)] // ELOOP: a link took its place
    [InlineData(61, StorageFault.ReadFailed)] // ENODATA: what a disk says of a bad sector
    [InlineData(74, StorageFault.ReadFailed)] // EBADMSG: a checksum of the file system's own
    [InlineData(84, StorageFault.ReadFailed)] // EILSEQ
    [InlineData(103, StorageFault.Connection)] // ECONNABORTED
    [InlineData(105, StorageFault.Resources)] // ENOBUFS
    [InlineData(107, StorageFault.Connection)] // ENOTCONN: a FUSE server that died
    [InlineData(110, StorageFault.Connection)] // ETIMEDOUT
    [InlineData(112, StorageFault.Connection)] // EHOSTDOWN
    [InlineData(116, StorageFault.Connection)] // ESTALE
    [InlineData(117, StorageFault.ReadFailed)] // EUCLEAN: a damaged file system
    [InlineData(121, StorageFault.ReadFailed)] // EREMOTEIO
    [InlineData(122, StorageFault.Resources)] // EDQUOT
    [InlineData(126, StorageFault.Denied)] // ENOKEY
    [InlineData(9999, StorageFault.ReadFailed)]
    public void Every_error_of_the_kernel_has_its_fault(int errno, StorageFault fault) =>
        Assert.Equal(fault, Errno.Fault(errno));
}
