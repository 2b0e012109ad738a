using Fixity.Core;
using Fixity.Testing.Smb;

namespace Fixity.Storage.Smb.Tests;

/// <summary>A share that goes away in one of its many ways must never look like files that were deleted.</summary>
public sealed class VanishingShareTests
{
    private const int Folders = 30;

    [Trait("SmbPoint", "26")]
    [Trait("SmbPoint", "28")]
    [SmbTheory]
    [InlineData("renamed away")]
    [InlineData("replaced by an empty folder")]
    [InlineData("rights taken")]
    [InlineData("server killed")]
    [InlineData("share closed for good")]
    public async Task A_walk_over_a_share_that_vanishes_breaks_off_and_nothing_counts_as_gone(string how)
    {
        await using var server = await FilledAsync();
        await using var backend = Backends.Open(server);

        var failure = await Assert.ThrowsAsync<StorageException>(async () =>
        {
            var isFirst = true;
            await foreach (var _ in backend.ListAsync(PathRange.Everything, CancellationToken.None))
            {
                if (isFirst)
                {
                    isFirst = false;
                    await VanishAsync(server, how);
                }
            }
        });

        Assert.True(failure.Path.IsRoot || failure.Fault is StorageFault.Connection or StorageFault.Configuration, failure.ToString());

        // A server may still hold the folder that was moved away: then the file is there. Gone it is never.
        StorageEntry? found = null;
        var refusal = await Record.ExceptionAsync(
            async () => found = await backend.StatAsync(FilePath.FromEscaped("d00/f000"), CancellationToken.None));
        Restore(server, how);
        Assert.True(refusal is StorageException || found is { Kind: EntryKind.File }, $"{refusal} {found}");
    }

    [Trait("SmbPoint", "27")]
    [SmbFact]
    public async Task Another_root_has_another_identity()
    {
        await using var server = await FilledAsync();
        string before;
        await using (var backend = Backends.Open(server))
        {
            before = (await backend.ProbeAsync(CancellationToken.None)).Identity;
        }

        Directory.Move(server.Data, server.Data + "-away");
        Directory.CreateDirectory(server.Data);
        await using var other = Backends.Open(server);

        Assert.NotEqual(before, (await other.ProbeAsync(CancellationToken.None)).Identity);
        Assert.Empty(await Backends.ListAsync(other));
    }

    [Trait("SmbPoint", "28")]
    [SmbFact]
    public async Task A_folder_that_is_deleted_while_the_walk_is_under_way_is_gone_and_no_fault()
    {
        await using var server = await FilledAsync();
        await using var backend = Backends.Open(server);
        var listed = new List<string>();
        await foreach (var block in backend.ListAsync(PathRange.Everything, CancellationToken.None))
        {
            if (listed.Count == 0)
            {
                Directory.Delete(Path.Combine(server.Data, $"d{Folders - 1:D2}"), recursive: true);
            }

            foreach (var entry in block.Span)
            {
                Assert.Equal(EntryKind.File, entry.Kind);
                listed.Add(entry.Path.ToString());
            }
        }

        Assert.DoesNotContain(listed, path => path.StartsWith($"d{Folders - 1:D2}/", StringComparison.Ordinal));
        Assert.Equal(100 * (Folders - 1), listed.Count);
        Assert.Null(await backend.StatAsync(FilePath.FromEscaped($"d{Folders - 1:D2}/f000"), CancellationToken.None));
    }

    [Trait("SmbPoint", "29")]
    [SmbTheory]
    [InlineData("truncated")]
    [InlineData("grown")]
    [InlineData("replaced")]
    public async Task A_file_that_changes_while_it_is_read_has_another_stamp_afterwards(string how)
    {
        await using var server = await SmbServer.StartAsync();
        await Backends.PutAsync(server, "file", new byte[20_000_000]);
        var path = FilePath.FromEscaped("file");
        await using var backend = Backends.Open(server);
        await using var file = await backend.OpenAsync(path, ReadSource.Cache, CancellationToken.None);
        var before = await file.StatAsync(CancellationToken.None);
        var buffer = new byte[1_000_000];
        await file.ReadAsync(0, buffer, CancellationToken.None);

        var local = Path.Combine(server.Data, "file");
        if (how == "replaced")
        {
            File.Delete(local);
        }

        await File.WriteAllBytesAsync(local, new byte[how == "truncated" ? 10 : 20_000_001]);

        Assert.False(before.SameMomentAs((await backend.StatAsync(path, CancellationToken.None)).GetValueOrDefault().Metadata));
        if (how != "replaced")
        {
            Assert.False(before.SameMomentAs(await file.StatAsync(CancellationToken.None)));
        }
    }

    private static async Task<SmbServer> FilledAsync()
    {
        var server = await SmbServer.StartAsync();
        for (var folder = 0; folder < Folders; folder++)
        {
            for (var file = 0; file < 100; file++)
            {
                await Backends.PutAsync(server, $"d{folder:D2}/f{file:D3}", []);
            }
        }

        return server;
    }

    private static async Task VanishAsync(SmbServer server, string how)
    {
        switch (how)
        {
            case "renamed away":
                Directory.Move(server.Data, server.Data + "-away");
                break;
            case "replaced by an empty folder":
                Directory.Move(server.Data, server.Data + "-away");
                Directory.CreateDirectory(server.Data);
                break;
            case "rights taken":
                SmbServer.TakeRights(server.Data);
                break;
            case "server killed":
                await server.CrashAsync();
                break;
            default:
                Directory.Move(server.Data, server.Data + "-away");
                server.CloseShare("data");
                break;
        }
    }

    private static void Restore(SmbServer server, string how)
    {
        if (how == "rights taken")
        {
            SmbServer.GiveRights(server.Data);
        }
    }
}
