using System.Text;
using Fixity.Core;
using Fixity.Storage;
using Xunit;

namespace Fixity.Testing.Storage;

/// <summary>What every storage backend promises. A backend's own tests derive from it and say how its files are made.</summary>
public abstract class StorageBackendConformance : IAsyncLifetime
{
    private IStorageBackend? _backend;

    protected IStorageBackend Backend => _backend ??= Open();

    /// <summary>Paths that sort differently by segment, by character and by byte.</summary>
    protected virtual IReadOnlyList<string> AwkwardPaths { get; } =
    [
        "a", "a-b/x", "a.txt", "a,b", "ab/c", "a b", "a0", "dir/a", "dir/a.b", "dir/a-/1", "dir/sub/deep/file", "dir.txt",
        "dir-2/x", "dir0", "Z", "é", "e\u0301", "日本語/ファイル", "\U0001F600", "\uFF5E", "name with\nnewline", "tab\t",
        "\u202Ertl", "=HYPERLINK()", "<img src=x>", "..dots", "...", ".hidden/.x", "-dash", "~",
    ];

    public abstract Task InitializeAsync();

    public virtual async Task DisposeAsync()
    {
        if (_backend is not null)
        {
            await _backend.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_listing_is_in_byte_order_of_the_whole_path()
    {
        await PutAllAsync();

        var listed = await ListAsync(PathRange.Everything);

        Assert.Equal(
            AwkwardPaths.Select(FilePath.FromEscaped).Order().Select(path => path.ToString()),
            listed.Select(entry => entry.Path.ToString()));
        Assert.All(listed, entry => Assert.Equal(EntryKind.File, entry.Kind));
    }

    [Fact]
    public async Task A_listing_goes_on_after_any_path_and_ends_before_any()
    {
        await PutAllAsync();
        var all = (await ListAsync(PathRange.Everything)).ConvertAll(entry => entry.Path);
        var bounds = all.Concat(all.Select(path => path.Parent.AsRangeKey())).Append(FilePath.FromEscaped("zz")).Distinct();

        foreach (var bound in bounds)
        {
            Assert.Equal(all.Where(path => path > bound), await PathsAsync(new PathRange(default, After: bound)));
            Assert.Equal(all.Where(path => path >= bound), await PathsAsync(new PathRange(bound)));
            if (!bound.IsRoot)
            {
                Assert.Equal(all.Where(path => path < bound), await PathsAsync(new PathRange(default, To: bound)));
            }
        }
    }

    [Theory]
    [InlineData(ReadSource.Cache)]
    [InlineData(ReadSource.Medium)]
    [InlineData(ReadSource.Direct)]
    public async Task A_file_reads_as_it_was_written_from_any_offset(ReadSource source)
    {
        var content = new byte[300_000];
        new Random(1).NextBytes(content);
        var path = FilePath.FromEscaped("dir/file");
        await PutAsync(path, content);

        await using var file = await Backend.OpenAsync(path, source, CancellationToken.None);

        Assert.Equal(content, await ReadAllAsync(file, 0));
        Assert.Equal(content[123_456..], await ReadAllAsync(file, 123_456));
        Assert.Equal(0, await file.ReadAsync(content.Length, new byte[10], CancellationToken.None));
    }

    [Fact]
    public async Task Listing_handle_and_name_agree_about_a_file()
    {
        var path = FilePath.FromEscaped("dir/file");
        await PutAsync(path, "content"u8.ToArray());

        var listed = Assert.Single(await ListAsync(PathRange.Everything)).Metadata;
        var named = await Backend.StatAsync(path, CancellationToken.None);
        await using var file = await Backend.OpenAsync(path, ReadSource.Cache, CancellationToken.None);
        var opened = await file.StatAsync(CancellationToken.None);

        Assert.Equal(7, listed.SizeBytes);
        Assert.Equal(EntryKind.File, named?.Kind);
        Assert.True(listed.SameMomentAs(named.GetValueOrDefault().Metadata));
        Assert.True(listed.SameMomentAs(opened));
    }

    [Fact]
    public async Task A_file_has_what_the_backend_says_that_files_have()
    {
        await PutAsync(FilePath.FromEscaped("f"), "content"u8.ToArray());

        var has = Assert.Single(await ListAsync(PathRange.Everything)).Metadata;

        Assert.True(has.CtimeNs is not null || !Backend.Capabilities.HasCtime);
        Assert.Equal(has.FileId is not null, Backend.Capabilities is not { HasFileIds: false, HasVersionTags: false });
        Assert.Equal(Backend.Capabilities.HasOwnerAndMode, has is { Mode: not null, Uid: not null, Gid: not null });
        Assert.InRange(Backend.Capabilities.MaxConcurrentReads, 1, 4096);
    }

    [Fact]
    public async Task Another_size_is_seen_by_handle_and_by_name()
    {
        var path = FilePath.FromEscaped("f");
        await PutAsync(path, "short"u8.ToArray());
        await using var file = await Backend.OpenAsync(path, ReadSource.Cache, CancellationToken.None);
        var before = await file.StatAsync(CancellationToken.None);

        await PutAsync(path, "longer than before"u8.ToArray());

        var named = await Backend.StatAsync(path, CancellationToken.None);
        Assert.False(before.SameMomentAs(named.GetValueOrDefault().Metadata));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5_000)]
    [InlineData(700_000)]
    public async Task A_look_that_came_with_the_content_is_what_the_name_says(int length)
    {
        var path = FilePath.FromEscaped("dir/file");
        await PutAsync(path, new byte[length]);
        await using var file = await Backend.OpenAsync(path, ReadSource.Cache, CancellationToken.None);

        await ReadAllAsync(file, 0);

        var named = await Backend.StatAsync(path, CancellationToken.None);
        Assert.True(file.SeenAfterReading is not { } seen || named.GetValueOrDefault().Metadata.SameMomentAs(seen));
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(700_000)]
    public async Task Content_that_changed_after_the_opening_never_has_the_looks_of_what_was_opened(int length)
    {
        var path = FilePath.FromEscaped("dir/file");
        var old = new byte[length];
        await PutAsync(path, old);
        await using var file = await Backend.OpenAsync(path, ReadSource.Cache, CancellationToken.None);
        var before = await file.StatAsync(CancellationToken.None);
        await PutAsync(path, [.. Enumerable.Repeat((byte)1, length + 1)]);

        byte[] read = [];
        var failure = await Record.ExceptionAsync(async () => read = await ReadAllAsync(file, 0));

        // Either all of what was opened, or told from it: by the storage at once, or by whoever looks again.
        var now = (await Backend.StatAsync(path, CancellationToken.None)).GetValueOrDefault().Metadata;
        var isTold = failure is StorageException { Fault: StorageFault.Changed }
            || !before.SameMomentAs(file.SeenAfterReading ?? now);
        Assert.True(isTold || (failure is null && read.AsSpan().SequenceEqual(old)), failure?.ToString());
    }

    [Fact]
    public async Task What_is_not_there_is_gone_and_not_an_error()
    {
        await PutAsync(FilePath.FromEscaped("dir/file"), []);

        foreach (var path in (string[])["nothing", "dir/nothing", "nothing/below", "dir/file/below"])
        {
            var missing = FilePath.FromEscaped(path);
            Assert.Null(await Backend.StatAsync(missing, CancellationToken.None));
            var refused = await Assert.ThrowsAsync<StorageException>(
                async () => await Backend.OpenAsync(missing, ReadSource.Cache, CancellationToken.None));
            Assert.Contains(refused.Fault, (StorageFault[])[StorageFault.Gone, StorageFault.NotRegular]);
        }
    }

    [Fact]
    public async Task Extended_attributes_are_as_many_as_the_backend_says_it_has()
    {
        var path = FilePath.FromEscaped("f");
        await PutAsync(path, []);

        var plain = await Backend.ReadAttributesAsync(path, CancellationToken.None);

        Assert.Equal(
            Backend.Capabilities.HasExtendedAttributes ? new ExtendedAttributes(0, 0, 0) : default, plain);
    }

    [Fact]
    public async Task Two_moments_as_far_apart_as_the_probe_says_leave_two_mtimes()
    {
        var granularity = (await Backend.ProbeAsync(CancellationToken.None)).MtimeGranularity;
        Assert.InRange(granularity, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(2));
        await PutAsync(FilePath.FromEscaped("first"), []);
        await Task.Delay(granularity + granularity);
        await PutAsync(FilePath.FromEscaped("second"), []);

        var mtimes = (await ListAsync(PathRange.Everything)).ConvertAll(entry => entry.Metadata.MtimeNs);

        Assert.True(mtimes[0] < mtimes[1]);
    }

    [Fact]
    public async Task A_folder_is_not_a_file()
    {
        await PutAsync(FilePath.FromEscaped("dir/file"), []);

        var refused = await Assert.ThrowsAsync<StorageException>(
            async () => await Backend.OpenAsync(FilePath.FromEscaped("dir"), ReadSource.Cache, CancellationToken.None));

        Assert.Equal(StorageFault.NotRegular, refused.Fault);
    }

    [Fact]
    public async Task Every_listed_file_opens_again()
    {
        await PutAllAsync();

        foreach (var entry in await ListAsync(PathRange.Everything))
        {
            await using var file = await Backend.OpenAsync(entry.Path, ReadSource.Cache, CancellationToken.None);
            Assert.Equal(Encoding.UTF8.GetBytes(entry.Path.ToString()), await ReadAllAsync(file, 0));
        }
    }

    [Fact]
    public async Task The_identity_of_the_root_stays_while_its_content_changes()
    {
        var before = await Backend.ProbeAsync(CancellationToken.None);
        await PutAsync(FilePath.FromEscaped("f"), []);

        Assert.Equal(before, await Backend.ProbeAsync(CancellationToken.None));
        await using var other = Open();
        Assert.Equal(before, await other.ProbeAsync(CancellationToken.None));
    }

    [Fact]
    public async Task An_empty_root_lists_nothing() => Assert.Empty(await ListAsync(PathRange.Everything));

    [Fact]
    public async Task A_listing_may_be_left_in_the_middle()
    {
        await PutAllAsync();

        await foreach (var block in Backend.ListAsync(PathRange.Everything, CancellationToken.None))
        {
            Assert.False(block.IsEmpty);
            break;
        }

        Assert.Equal(AwkwardPaths.Count, (await ListAsync(PathRange.Everything)).Count);
    }

    [Fact]
    public async Task A_cancelled_listing_ends()
    {
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Backend.ListAsync(PathRange.Everything, cancel.Token))
            {
                // Nothing is expected to come.
            }
        });
    }

    /// <summary>Opens another backend on the same root.</summary>
    protected abstract IStorageBackend Open();

    /// <summary>Makes a file, its folders and all, or gives it another content.</summary>
    protected abstract Task PutAsync(FilePath path, byte[] content);

    protected async Task<List<StorageEntry>> ListAsync(PathRange range)
    {
        var entries = new List<StorageEntry>();
        await foreach (var block in Backend.ListAsync(range, CancellationToken.None))
        {
            foreach (var entry in block.ToArray())
            {
                entries.Add(entry with { Path = entry.Path.ToOwned() });
            }
        }

        return entries;
    }

    protected static async Task<byte[]> ReadAllAsync(IStorageFile file, long offset)
    {
        var all = new List<byte>();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await file.ReadAsync(offset + all.Count, buffer, CancellationToken.None)) > 0)
        {
            all.AddRange(buffer.AsSpan(0, read));
        }

        return [.. all];
    }

    private async Task<List<FilePath>> PathsAsync(PathRange range) =>
        (await ListAsync(range)).ConvertAll(entry => entry.Path);

    private async Task PutAllAsync()
    {
        foreach (var path in AwkwardPaths)
        {
            await PutAsync(FilePath.FromEscaped(path), Encoding.UTF8.GetBytes(path));
        }
    }
}
