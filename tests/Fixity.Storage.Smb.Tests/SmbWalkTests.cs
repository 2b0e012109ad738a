using Fixity.Core;
using Fixity.Testing.Smb;

namespace Fixity.Storage.Smb.Tests;

/// <summary>What a walk gives where names, links and rights are not what one would wish.</summary>
public sealed class SmbWalkTests
{
    [Trait("SmbPoint", "14")]
    [SmbFact]
    public async Task Names_that_cannot_be_opened_are_faults_of_their_entries_and_the_rest_is_listed()
    {
        await using var server = await SmbServer.StartAsync(["mangled names = no"]);
        foreach (var name in (string[])["a", @"back\slash", "co:lon", "dir/in", "new\nline", "z"])
        {
            await Backends.PutAsync(server, name, [1]);
        }

        await using var backend = Backends.Open(server);
        var listed = await Backends.ListAsync(backend);

        Assert.Equal(
            ["File a", @"EntryFault back\\slash", "EntryFault co:lon", "File dir/in", "EntryFault new\nline", "File z"],
            listed.Words());
        foreach (var fault in listed.Where(entry => entry.Kind == EntryKind.EntryFault))
        {
            var refused = await Assert.ThrowsAsync<StorageException>(
                async () => await backend.OpenAsync(fault.Path, ReadSource.Cache, CancellationToken.None));
            Assert.Equal(StorageFault.ReadFailed, refused.Fault);
        }
    }

    // What no honest server sends.
    [Trait("SmbPoint", "14")]
    [Theory]
    [InlineData("..", @"\x2e\x2e")]
    [InlineData("", @"\x00")]
    [InlineData("a/b", @"a\x2fb")]
    [InlineData("../up", @"..\x2fup")]
    [InlineData("nul\0", @"nul\x00")]
    [InlineData(@"..\up", @"..\\up")]
    public void A_name_that_leads_elsewhere_becomes_a_path_that_leads_nowhere(string name, string path)
    {
        var escaped = new byte[100];
        var (length, canOpen) = SmbNames.Escape(System.Text.Encoding.Unicode.GetBytes(name), escaped);
        var written = FilePath.FromEscaped(escaped.AsMemory(0, length));

        Assert.False(canOpen);
        Assert.Equal(path, written.ToString());
        Assert.Throws<StorageException>(() => SmbNames.ToServer(default, written));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("日本語 \U0001F600")]
    [InlineData("half \ud83d of a pair")]
    public void Every_other_name_comes_back_as_it_was(string name)
    {
        var utf16 = System.Runtime.InteropServices.MemoryMarshal.AsBytes(name.AsSpan());
        var escaped = new byte[name.Length * SmbNames.MaxGrowth * 2];
        var (length, canOpen) = SmbNames.Escape(utf16, escaped);

        Assert.True(canOpen);
        Assert.Equal(name, SmbNames.ToServer(default, FilePath.FromEscaped(escaped.AsMemory(0, length))));
    }

    [Trait("SmbPoint", "15")]
    [SmbFact]
    public async Task A_folder_that_may_not_be_listed_is_a_fault_and_the_walk_goes_on()
    {
        await using var server = await SmbServer.StartAsync();
        foreach (var name in (string[])["a", "closed/in", "z"])
        {
            await Backends.PutAsync(server, name, [1]);
        }

        SmbServer.TakeRights(Path.Combine(server.Data, "closed"));
        await using var backend = Backends.Open(server);

        var listed = await Backends.ListAsync(backend);

        Assert.Equal(["File a", "ListingFault closed/", "File z"], listed.Words());
        Assert.Equal(StorageFault.Denied, listed[1].Fault);
    }

    [Trait("SmbPoint", "16")]
    [SmbFact]
    public async Task Links_that_the_server_follows_end_where_they_come_back()
    {
        await using var server = await SmbServer.StartAsync();
        await Backends.PutAsync(server, "dir/file", [1, 2]);
        File.CreateSymbolicLink(Path.Combine(server.Data, "inside"), "dir/file");
        File.CreateSymbolicLink(Path.Combine(server.Data, "outside"), "/etc/hostname");
        File.CreateSymbolicLink(Path.Combine(server.Data, "dangling"), "nothing");
        Directory.CreateSymbolicLink(Path.Combine(server.Data, "loop"), ".");
        Directory.CreateSymbolicLink(Path.Combine(server.Data, "dir", "up"), "..");
        await using var backend = Backends.Open(server);

        var listed = await Backends.ListAsync(backend);

        Assert.Equal(["File dir/file", "Skipped dir/up", "File inside", "Skipped loop"], listed.Words());
    }

    [Trait("SmbPoint", "18")]
    [SmbFact]
    public async Task A_second_listing_of_an_unchanged_share_is_the_same_to_the_nanosecond()
    {
        await using var server = await SmbServer.StartAsync();
        for (var year = 1965; year < 2107; year += 47)
        {
            await Backends.PutAsync(server, $"{year}", [1]);
            File.SetLastWriteTimeUtc(
                Path.Combine(server.Data, $"{year}"), new DateTime(year, 5, 6, 7, 8, 9, DateTimeKind.Utc).AddTicks(1_234_567));
        }

        await using var first = Backends.Open(server);
        await using var second = Backends.Open(server);
        var before = await Backends.ListAsync(first);

        Assert.Equal(before, await Backends.ListAsync(second));
        Assert.Equal(
            UnixNanoseconds.From(new DateTimeOffset(1965, 5, 6, 7, 8, 9, TimeSpan.Zero)) + 123_456_700,
            before[0].Metadata.MtimeNs);
    }

    // Path order, each once, over several pages and many folders.
    [Trait("SmbPoint", "19")]
    [SmbFact]
    public async Task Many_folders_come_in_path_order_each_entry_once()
    {
        await using var server = await SmbServer.StartAsync();
        for (var folder = 0; folder < 60; folder++)
        {
            for (var file = 0; file < 40; file++)
            {
                await Backends.PutAsync(server, $"d{folder}/s-{file % 3}/f{file}", []);
            }
        }

        await using var backend = Backends.Open(server);
        var paths = (await Backends.ListAsync(backend)).ConvertAll(entry => entry.Path);

        Assert.Equal(2400, paths.Distinct().Count());
        Assert.Equal(paths.Order(), paths);
        var half = paths[1234];
        Assert.Equal(
            paths.Where(path => path > half), (await Backends.ListAsync(backend, new PathRange(default, After: half))).Select(entry => entry.Path));
    }

    [Trait("SmbPoint", "19")]
    [SmbFact]
    public async Task Ten_thousand_entries_of_one_folder_come_in_order_once_each()
    {
        const int Files = 10_000;
        await using var server = await SmbServer.StartAsync();
        for (var file = 0; file < Files; file++)
        {
            await File.WriteAllBytesAsync(Path.Combine(server.Data, $"{file:D5}"), []);
        }

        await using var backend = Backends.Open(server);
        await backend.ProbeAsync(CancellationToken.None);
        var (count, last) = (0, default(string));
        await foreach (var block in backend.ListAsync(PathRange.Everything, CancellationToken.None))
        {
            foreach (var entry in block.ToArray())
            {
                var path = entry.Path.ToString();
                Assert.True(string.CompareOrdinal(last, path) < 0, $"{last} before {path}");
                (last, count) = (path, count + 1);
            }
        }

        Assert.Equal(Files, count);
    }

    [SmbFact]
    public async Task A_filter_keeps_the_walk_out_of_folders_and_is_asked_in_order()
    {
        await using var server = await SmbServer.StartAsync();
        foreach (var name in (string[])["a/x", "b/x", "c/d/x"])
        {
            await Backends.PutAsync(server, name, [1]);
        }

        await using var backend = Backends.Open(server);
        var filter = new Without("b/");

        Assert.Equal(["File a/x", "File c/d/x"], (await Backends.ListAsync(backend, default, filter)).Words());
        Assert.Equal(["a/", "b/", "c/", "c/d/"], filter.Asked);
    }

    [SmbFact]
    public async Task A_folder_of_the_share_may_be_the_root()
    {
        await using var server = await SmbServer.StartAsync();
        await Backends.PutAsync(server, "sub/dir/file", [1]);
        await Backends.PutAsync(server, "beside", [1]);
        await using var whole = Backends.Open(server);
        await using var part = Backends.Open(server, root: FilePath.FromEscaped("sub"));

        Assert.Equal(["File dir/file"], (await Backends.ListAsync(part)).Words());
        Assert.NotNull(await part.StatAsync(FilePath.FromEscaped("dir/file"), CancellationToken.None));
        Assert.NotEqual(
            (await whole.ProbeAsync(CancellationToken.None)).Identity, (await part.ProbeAsync(CancellationToken.None)).Identity);
    }

    private sealed class Without(string key) : IEntryFilter
    {
        public List<string> Asked { get; } = [];

        public bool Enters(ReadOnlySpan<byte> rangeKey)
        {
            Asked.Add(System.Text.Encoding.UTF8.GetString(rangeKey));
            return Asked[^1] != key;
        }
    }
}
