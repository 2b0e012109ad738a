using System.Globalization;
using System.Text;

namespace Fixity.Scanner.Tests.Storages;

/// <summary>What happens to the files of a storage in the course of time, and what of it a scanner must see, whatever the
/// storage is.</summary>
internal sealed class RemoteLife(RemoteTarget target, IRemoteFiles files)
{
    public const int Files = 120;

    public static string NameOf(int i) => WatchedTree.NameOf(i);

    public static byte[] ContentOf(int i) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"content {i} ").PadRight(4096 + i, '.'));

    /// <summary>Makes the files and takes the baseline.</summary>
    public async Task BeginAsync()
    {
        for (var i = 0; i < Files; i++)
        {
            files.Put(NameOf(i), ContentOf(i), day: 0);
        }

        Assert.Equal("completed", await target.ScanAsync());
        Assert.Equal($"{Files} {Files} 0 0", await target.CountsAsync("files_seen", "files_hashed", "errors_count", "files_added"));
        Assert.Equal("online", await target.StateAsync());
    }

    public async Task RunAsync()
    {
        await BeginAsync();
        var before = await target.RowsAsync();

        Assert.Equal("completed", await target.ScanAsync());
        Assert.Equal($"{Files} 0", await target.CountsAsync("files_seen", "files_hashed"));
        Assert.Equal(before, await target.RowsAsync());
        Assert.Empty(await target.EventsAsync());

        files.Put("d000/neü", "new"u8.ToArray(), day: 1);
        files.Put(NameOf(1), "edited"u8.ToArray(), day: 1);
        files.Remove(NameOf(2));
        files.Move(NameOf(3), "elsewhere/moved");
        Assert.Equal("completed", await target.ScanAsync());
        Assert.Equal(
            [
                "added d000/neü", $"deleted {NameOf(2)}", $"modified {NameOf(1)}", $"moved {NameOf(3)} -> elsewhere/moved",
            ],
            (await target.EventsAsync()).Order(StringComparer.Ordinal));

        files.EditHidden(NameOf(7));
        Assert.Equal("completed", await target.ScanAsync());
        Assert.Empty(await target.EventsAsync());
        Assert.Equal("completed", await target.ScanAsync("full"));
        Assert.Equal([$"corrupted {NameOf(7)}"], await target.EventsAsync());
    }

    /// <summary>What the storage's absence must leave as it was, and its return must tell once.</summary>
    /// <param name="expected">Status and reason; without the status where a batch may have been committed before.</param>
    public async Task IsAwayAsync(string expected, string state, Func<Task> leave, Func<Task> comeBack, string mode = "full")
    {
        var before = await target.RowsAsync();
        var events = (await target.TargetEventsAsync()).Count;

        await leave();
        Assert.Contains(await target.ScanAsync(mode), (string[])[$"failed {expected}", $"partial {expected}"]);
        Assert.Empty(await target.EventsAsync());
        Assert.Equal($"{state} {expected}", await target.StateAsync());
        Assert.StartsWith("failed ", await target.ScanAsync(), StringComparison.Ordinal);
        Assert.Equal(Paths(before), Paths(await target.RowsAsync()));

        await comeBack();
        Assert.Equal("completed", await target.ScanAsync(mode));
        Assert.Empty(await target.EventsAsync());
        Assert.Equal("online", await target.StateAsync());
        Assert.Equal(Paths(before), Paths(await target.RowsAsync()));
        var told = (await target.TargetEventsAsync()).Skip(events);
        Assert.Equal("target.offline target.online scan.completed", string.Join(' ', told.Where(
            type => type is not ("scan.failed" or "scan.partial"))));
    }

    // Path and state, without the version: a verification writes when it was.
    private static IEnumerable<string> Paths(List<string> rows) => rows.Select(row => row[..row.LastIndexOf(' ')]);
}

/// <summary>The files of a storage, as somebody handles them who is no scanner.</summary>
internal interface IRemoteFiles
{
    /// <param name="day">Of the last change; long ago, so that no clock is too coarse to tell.</param>
    void Put(string path, byte[] content, int day);

    void Remove(string path);

    void Move(string from, string to);

    /// <summary>Other content of the same length, with nothing that tells of it.</summary>
    void EditHidden(string path);
}
