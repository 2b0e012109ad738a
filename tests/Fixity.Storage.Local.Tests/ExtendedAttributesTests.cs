using System.Runtime.InteropServices;
using System.Text;
using Fixity.Core;
using Fixity.Testing.Storage;

namespace Fixity.Storage.Local.Tests;

public sealed partial class ExtendedAttributesTests : IAsyncLifetime, IDisposable
{
    // Version 2: owner rw-, user 1000 r--, group r--, mask r--, others r--.
    private static readonly byte[] AccessList =
    [
        2, 0, 0, 0,
        1, 0, 6, 0, 255, 255, 255, 255, 2, 0, 4, 0, 232, 3, 0, 0, 4, 0, 4, 0, 255, 255, 255, 255,
        16, 0, 4, 0, 255, 255, 255, 255, 32, 0, 4, 0, 255, 255, 255, 255,
    ];

    // Revision 2 and "effective", cap_net_raw permitted.
    private static readonly byte[] Capabilities = [1, 0, 0, 2, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private readonly RawTree _tree = new();
    private readonly IStorageBackend _backend;

    public ExtendedAttributesTests()
    {
        _tree.File("f", "content");
        _tree.File("g", "content");
        _backend = LocalStorage.Open(_tree.Root);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _backend.DisposeAsync();

    // After DisposeAsync, which closes the backend.
    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task The_order_of_their_making_does_not_matter_and_every_name_and_value_does()
    {
        Set("f", "user.a", "1"u8);
        Set("f", "user.b", "2"u8);
        Set("g", "user.b", "2"u8);
        Set("g", "user.a", "1"u8);
        var first = await ReadAsync("f");
        Assert.Equal(first, await ReadAsync("g"));
        Assert.Equal((0L, 0L), (first.Acl, first.Capabilities));

        var seen = new HashSet<long?> { 0, first.Xattrs };
        Set("f", "user.b", "3"u8);
        Assert.True(seen.Add((await ReadAsync("f")).Xattrs));
        Set("f", "user.b", ""u8);
        Assert.True(seen.Add((await ReadAsync("f")).Xattrs));
        Set("f", "user.c", "2"u8);
        Assert.True(seen.Add((await ReadAsync("f")).Xattrs));
    }

    [Fact]
    public async Task Known_attributes_have_the_documented_digest()
    {
        Set("f", "user.a", "1"u8);

        byte[] canonical = [.. "user.a\0"u8, 1, 0, 0, 0, 0, 0, 0, 0, .. "1"u8];
        var expected = BitConverter.ToInt64(System.Security.Cryptography.SHA256.HashData(canonical));
        Assert.Equal(expected, (await ReadAsync("f")).Xattrs);
    }

    [Fact]
    public async Task An_access_list_is_its_own_digest()
    {
        Set("f", "system.posix_acl_access", AccessList);

        var read = await ReadAsync("f");

        Assert.NotEqual(0, read.Acl);
        Assert.NotNull(read.Acl);
        Assert.Equal((0L, 0L), (read.Xattrs, read.Capabilities));
    }

    [MountFact]
    public async Task Capabilities_are_their_own_digest()
    {
        Set("f", "security.capability", Capabilities);

        var read = await ReadAsync("f");

        Assert.NotEqual(0, read.Capabilities);
        Assert.NotNull(read.Capabilities);
        Assert.Equal((0L, 0L), (read.Acl, read.Xattrs));
    }

    [MountFact]
    public async Task Attributes_that_may_not_be_read_are_not_known_rather_than_none()
    {
        Set("f", "user.a", "1"u8);
        _tree.Mode("", (UnixFileMode)0x1ED);
        _tree.Mode("f", UnixFileMode.None);
        await _backend.ProbeAsync(CancellationToken.None);
        ExtendedAttributes? read = null;
        var reader = new Thread(() =>
        {
            _ = SetFileSystemUser(65534);
            var reading = _backend.ReadAttributesAsync(FilePath.FromEscaped("f"), CancellationToken.None);
            read = reading.IsCompletedSuccessfully ? reading.Result : null;
        });
        reader.Start();
        reader.Join();

        Assert.Equal(new ExtendedAttributes(0, null, 0), read);
    }

    [Fact]
    public async Task A_file_that_is_gone_is_gone()
    {
        var failure = await Assert.ThrowsAsync<StorageException>(() => ReadAsync("nothing").AsTask());

        Assert.Equal(StorageFault.Gone, failure.Fault);
    }

    private ValueTask<ExtendedAttributes> ReadAsync(string path) =>
        _backend.ReadAttributesAsync(FilePath.FromEscaped(path), CancellationToken.None);

    private void Set(string path, string name, ReadOnlySpan<byte> value)
    {
        var full = Encoding.UTF8.GetBytes(Path.Join(_tree.Root, path) + "\0");
        var set = SetAttribute(full, Encoding.UTF8.GetBytes(name + "\0"), value.ToArray(), value.Length, 0);
        Assert.True(set == 0, Marshal.GetLastPInvokeErrorMessage());
    }

    [LibraryImport("libc", EntryPoint = "setxattr", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetAttribute(
        [In] byte[] path, [In] byte[] name, [In] byte[] value, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetFileSystemUser(int user);
}
