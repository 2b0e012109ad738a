using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Fixity.Core;
using Fixity.Storage.Local.Linux;

namespace Fixity.Storage.Local.Tests;

public sealed class LinuxWalkTests : IDisposable
{
    private readonly RawTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task The_order_is_that_of_sort_in_the_C_locale()
    {
        var random = new Random(7);
        for (var i = 0; i < 400; i++)
        {
            _tree.File(RandomName(random, random.Next(1, 4)), []);
        }

        var listed = (await ListAsync()).ConvertAll(entry => entry.Path.ToString());

        var sorted = await SortAsync(listed);
        Assert.True(listed.Count > 300);
        Assert.Equal(sorted, listed);
    }

    [Fact]
    public async Task Strange_entries_are_skipped_by_kind_and_never_opened()
    {
        _tree.File("target/file");
        _tree.Fifo("fifo");
        _tree.Link("loop", ".");
        _tree.Link("link", "target");
        _tree.Link("shadow", "/etc/shadow");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Join(_tree.Root, "socket")));

        var entries = await ListAsync();

        Assert.Equal(
            ["fifo Fifo", "link SymbolicLink", "loop SymbolicLink", "shadow SymbolicLink", "socket Socket"],
            entries.Where(entry => entry.Kind == EntryKind.Skipped).Select(entry => $"{entry.Path} {entry.SkipKind}"));
        Assert.Equal("target/file", Assert.Single(entries, entry => entry.Kind == EntryKind.File).Path.ToString());
    }

    [Fact]
    public async Task A_pipe_or_link_that_took_a_files_place_is_refused_without_waiting()
    {
        _tree.Fifo("fifo");
        _tree.Link("shadow", "/etc/passwd");
        _tree.Folder("folder");
        _tree.Link("way", "folder");
        _tree.File("folder/file");
        await using var backend = new LinuxStorageBackend(_tree.Root, new LocalStorageOptions());

        foreach (var path in (string[])["fifo", "shadow", "way/file", "folder/../folder/file/../../../etc/passwd"])
        {
            var opening = Task.Run(async () => await backend.OpenAsync(FilePath.FromEscaped(path), ReadSource.Cache, CancellationToken.None));
            var refused = await Assert.ThrowsAsync<StorageException>(() => opening.WaitAsync(TimeSpan.FromSeconds(10)));
            Assert.Equal(StorageFault.NotRegular, refused.Fault);
        }
    }

    [Fact]
    public async Task Nothing_above_the_root_can_be_named()
    {
        _tree.File("inside/file");
        await using var backend = new LinuxStorageBackend(Path.Join(_tree.Root, "inside"), new LocalStorageOptions());

        await Assert.ThrowsAsync<StorageException>(
            async () => await backend.OpenAsync(FilePath.FromEscaped("../inside/file"), ReadSource.Cache, CancellationToken.None));
    }

    [Fact]
    public async Task A_tree_deeper_than_any_path_may_be_long_is_walked_read_and_resumed()
    {
        var folder = string.Join('/', Enumerable.Repeat(new string('d', 100), 120));
        _tree.File($"{folder}/file", "deep");
        _tree.File($"{folder}0/file", "last");
        foreach (var depth in (int[])[0, 20, 50, 54, 55, 56, 57, 70, 119])
        {
            // Behind the subfolder in order: given on the way back up, when the folder's descriptor is long closed.
            _tree.File(string.Concat(Enumerable.Repeat(new string('d', 100) + "/", depth)) + "e", "after");
        }

        var entries = await ListAsync();

        Assert.All(entries, entry => Assert.Equal(EntryKind.File, entry.Kind));
        Assert.Equal(11, entries.Count);
        Assert.Equal(entries.Select(entry => entry.Path).Order(), entries.Select(entry => entry.Path));
        await using var backend = new LinuxStorageBackend(_tree.Root, new LocalStorageOptions());
        await using var file = await backend.OpenAsync(entries[0].Path, ReadSource.Cache, CancellationToken.None);
        var buffer = new byte[10];
        Assert.Equal(4, await file.ReadAsync(0, buffer, CancellationToken.None));
        Assert.NotNull(await backend.StatAsync(entries[0].Path, CancellationToken.None));
        Assert.Equal(10, (await ListAsync(new PathRange(default, After: entries[0].Path))).Count);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 1)] // 1969
    [InlineData(-1, 999_999_999)]
    [InlineData(1_700_000_000, 123_456_789)]
    [InlineData(4_300_000_000, 100)] // 2106
    public async Task Times_keep_every_nanosecond(long seconds, long nanoseconds)
    {
        _tree.File("f");
        _tree.Times("f", seconds, nanoseconds);

        var entry = Assert.Single(await ListAsync());

        Assert.Equal((seconds * 1_000_000_000) + nanoseconds, entry.Metadata.MtimeNs);
    }

    [Fact]
    public async Task Metadata_is_what_stat_says()
    {
        _tree.File("f", "12345");
        _tree.Mode("f", UnixFileMode.UserRead | UnixFileMode.GroupRead);

        var entry = Assert.Single(await ListAsync());

        var stat = (await OutputAsync("stat", ["-c", "%s %i %u %g %h %a", Path.Join(_tree.Root, "f")])).Trim();
        var seen = entry.Metadata;
        Assert.Equal(
            stat, $"{seen.SizeBytes} {seen.FileId} {seen.Uid} {seen.Gid} {seen.Links} {Convert.ToString(seen.Mode ?? 0, 8)}");
    }

    [Fact]
    public async Task Another_directory_at_the_root_is_another_identity()
    {
        _tree.File("root/f");
        await using var backend = new LinuxStorageBackend(Path.Join(_tree.Root, "root"), new LocalStorageOptions());
        var before = await backend.ProbeAsync(CancellationToken.None);
        Directory.Move(Path.Join(_tree.Root, "root"), Path.Join(_tree.Root, "away"));
        _tree.Folder("root");

        var after = await backend.ProbeAsync(CancellationToken.None);

        Assert.NotEqual(before.Identity, after.Identity);
        Assert.Matches("^fs:[0-9a-f]+:[0-9a-f]{16}/ino:[0-9]+(/made:[0-9]+[.][0-9]+)?$", after.Identity);
    }

    [Fact]
    public async Task A_root_that_is_missing_or_a_file_is_a_fault_of_configuration()
    {
        _tree.File("file");
        foreach (var name in (string[])["missing", "file"])
        {
            await using var backend = new LinuxStorageBackend(Path.Join(_tree.Root, name), new LocalStorageOptions());
            var refused = await Assert.ThrowsAsync<StorageException>(() => backend.ProbeAsync(CancellationToken.None));
            Assert.Equal(StorageFault.Configuration, refused.Fault);
        }
    }

    [Fact]
    public async Task A_folder_of_many_files_is_one_listing()
    {
        for (var i = 0; i < 3_000; i++)
        {
            _tree.File($"flat/{i}");
        }

        var entries = await ListAsync();

        Assert.Equal(3_000, entries.Select(entry => entry.Path).Distinct().Count());
    }

    [Fact]
    public async Task A_file_that_became_a_directory_since_the_listing_is_walked_in_its_new_place()
    {
        foreach (var path in (string[])["m", "m-old", "m.csv", "n"])
        {
            _tree.File(path);
        }

        // More than the walk may be ahead of its reader.
        for (var i = 0; i < 6_000; i++)
        {
            _tree.File($"a{i}");
        }

        await using var backend = new LinuxStorageBackend(_tree.Root, new LocalStorageOptions());
        var listed = new List<StorageEntry>();
        await foreach (var block in backend.ListAsync(PathRange.Everything, CancellationToken.None))
        {
            if (listed.Count == 0)
            {
                File.Delete(Path.Join(_tree.Root, "m"));
                _tree.File("m/x");
            }

            listed.AddRange(block.ToArray().Select(entry => entry with { Path = entry.Path.ToOwned() }));
        }

        Assert.All(listed, entry => Assert.Equal(EntryKind.File, entry.Kind));
        Assert.Equal(listed.Select(entry => entry.Path).Order(), listed.Select(entry => entry.Path));
        Assert.Equal(["m-old", "m.csv", "m/x", "n"], listed.Skip(6_000).Select(entry => entry.Path.ToString()));
    }

    private async Task<List<StorageEntry>> ListAsync(PathRange range = default)
    {
        await using var backend = new LinuxStorageBackend(_tree.Root, new LocalStorageOptions());
        return await Listed.AllAsync(backend, range);
    }

    private static byte[] RandomName(Random random, int depth)
    {
        // Folders begin with another byte than files, so that no name is wanted as both.
        var path = new List<byte>();
        for (var level = 1; level <= depth; level++)
        {
            path.Add(level == depth ? (byte)'f' : (byte)'d');
            for (var length = random.Next(0, 5); length > 0; length--)
            {
                var value = (byte)random.Next(1, 256);
                path.Add(value == '/' ? (byte)'0' : value);
            }

            path.Add((byte)'/');
        }

        return [.. path.Take(path.Count - 1)];
    }

    private static async Task<List<string>> SortAsync(List<string> lines)
    {
        var output = await OutputAsync("env", ["LC_ALL=C", "sort", "-z"], string.Concat(lines.Select(line => line + "\0")));
        return [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries)];
    }

    private static async Task<string> OutputAsync(string program, string[] arguments, string input = "")
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = new UTF8Encoding(false),
        }) ?? throw new InvalidOperationException($"{program} did not start");
        var output = process.StandardOutput.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        return await output;
    }
}
