using System.Buffers.Binary;
using System.Text;
using Fixity.Storage.Local.Linux;

namespace Fixity.Storage.Local.Tests;

public sealed class DirectoryNamesTests : IDisposable
{
    private const int BadDescriptor = 9;

    private readonly RawTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void A_name_of_unknown_type_that_cannot_be_looked_at_fails_the_listing() =>
        Assert.Equal(-BadDescriptor, new DirectoryNames().AddAll(-1, RecordOfUnknownType("d")));

    [Fact]
    public void A_name_of_unknown_type_is_asked_for_its_type_and_dropped_when_it_is_gone()
    {
        _tree.Folder("d");
        var path = Encoding.UTF8.GetBytes(_tree.Root + "\0");
        using var folder = Descriptors.Own(Descriptors.OpenName(-100, path, Libc.Directory));
        var names = new DirectoryNames();

        Assert.Equal(0, names.AddAll((int)folder.DangerousGetHandle(), RecordOfUnknownType("gone")));
        Assert.Equal(0, names.Count);
        Assert.Equal(0, names.AddAll((int)folder.DangerousGetHandle(), RecordOfUnknownType("d")));
        Assert.True(names.IsDirectory(0));
    }

    private static byte[] RecordOfUnknownType(string name)
    {
        var record = new byte[32];
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(16), (ushort)record.Length);
        Encoding.UTF8.GetBytes(name).CopyTo(record, 19);
        return record;
    }
}
