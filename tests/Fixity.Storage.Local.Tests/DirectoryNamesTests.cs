using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Fixity.Storage.Local.Linux;

namespace Fixity.Storage.Local.Tests;

public sealed class DirectoryNamesTests : IDisposable
{
    private const int BadDescriptor = 9;

    private readonly RawTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void A_name_of_unknown_type_that_cannot_be_looked_at_fails_the_listing() =>
        Assert.Equal(-BadDescriptor, new DirectoryNames().AddAll(-1, RecordOfUnknownType("d"), Calls));

    [Fact]
    public void A_name_of_unknown_type_is_asked_for_its_type_and_dropped_when_it_is_gone()
    {
        _tree.Folder("d");
        var path = Encoding.UTF8.GetBytes(_tree.Root + "\0");
        using var folder = Descriptors.Own(Descriptors.OpenName(-100, path, Libc.Directory));
        using var names = new DirectoryNames();

        Assert.Equal(0, names.AddAll((int)folder.DangerousGetHandle(), RecordOfUnknownType("gone"), Calls));
        Assert.Equal(0, names.Count);
        Assert.Equal(0, names.AddAll((int)folder.DangerousGetHandle(), RecordOfUnknownType("d"), Calls));
        Assert.True(names.IsDirectory(0));
    }

    [Fact]
    public void Names_sort_by_their_bytes_however_much_they_have_in_common()
    {
        var random = new Random(11);
        string[] common = ["", "p", "projects-2024-", new('x', 40), "projects-2024-é-"];
        for (var round = 0; round < 50; round++)
        {
            using var names = new DirectoryNames();
            var expected = new HashSet<string>(StringComparer.Ordinal);
            for (var i = random.Next(1, 300); i > 0; i--)
            {
                var name = common[random.Next(common.Length)] + new string('a', random.Next(12)) + random.Next(20);
                expected.Add(name);
                Assert.Equal(0, names.AddAll(-1, Record(name, type: 8), Calls));
            }

            names.Sort();

            Assert.Equal(
                expected.Select(Encoding.UTF8.GetBytes).OrderBy(name => name, ByBytes).Select(Encoding.UTF8.GetString),
                Enumerable.Range(0, names.Count).Select(index => Encoding.UTF8.GetString(names.Escaped(index))));
        }
    }

    [Fact]
    public void A_million_names_are_let_go_of_at_once()
    {
        using var names = new DirectoryNames();
        for (var i = 0; i < 1_000_000; i++)
        {
            names.AddAll(-1, Record(i.ToString("D12", CultureInfo.InvariantCulture), type: 8), Calls);
        }

        names.Sort();
        Assert.Equal("000000999999"u8, names.Escaped(999_999));
        var full = ResidentBytes();

        names.ReleaseIfLarge();

        // 16 for key and place, 13 for the name.
        Assert.InRange(full - ResidentBytes(), 25_000_000, long.MaxValue);
        Assert.Equal(0, names.AddAll(-1, Record("again", type: 8), Calls));
    }

    private static Comparer<byte[]> ByBytes { get; } =
        Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right));

    private static EntryWriter Calls =>
        new(new BlockPool(), Channel.CreateUnbounded<EntryBlock>().Writer, CancellationToken.None);

    private static long ResidentBytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static byte[] RecordOfUnknownType(string name) => Record(name, type: 0);

    private static byte[] Record(string name, byte type)
    {
        var record = new byte[20 + Encoding.UTF8.GetByteCount(name)];
        record[18] = type;
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(16), (ushort)record.Length);
        Encoding.UTF8.GetBytes(name).CopyTo(record, 19);
        return record;
    }
}
