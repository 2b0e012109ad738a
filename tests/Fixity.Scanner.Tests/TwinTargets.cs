using System.Globalization;
using Fixity.Testing.Postgres;

namespace Fixity.Scanner.Tests;

/// <summary>One real folder watched twice: the control is scanned in peace, the subject under fire, and in the end the
/// database must hold the same of both.</summary>
public sealed class TwinTargets : IDisposable
{
    private readonly TestDatabase _database;
    private readonly Random _random;
    private readonly List<string> _names = [];
    private int _made;

    private TwinTargets(TestDatabase database, WatchedTree tree, int control, int seed)
    {
        (_database, Tree, Control) = (database, tree, control);
        _random = new Random(seed);
    }

    public WatchedTree Tree { get; }

    public int Subject => Tree.TargetId;

    public int Control { get; }

    /// <summary>Makes the tree and takes both baselines; needs a scanner that runs.</summary>
    public static async Task<TwinTargets> CreateAsync(TestDatabase database, int files, int seed, string settings = "")
    {
        var tree = await WatchedTree.CreateAsync(database, files);
        var control = await database.AddTargetAsync(tree.Root);
        var twins = new TwinTargets(database, tree, control, seed);
        await database.ExecuteAsync(
            $"update scheduler.targets set large_change_percent = null, sample_percent = 0 where id = {control}");
        twins._names.AddRange(Enumerable.Range(0, files).Select(WatchedTree.NameOf));
        await twins.ScanControlAsync();
        await tree.ScanAsync();
        if (settings != "")
        {
            await tree.SetTargetAsync(settings);
        }

        return twins;
    }

    /// <summary>Does to a share of the files what the world does: edits, deletes, rot, moves, newcomers.</summary>
    public void Disturb(int files)
    {
        for (var i = 0; i < files; i++)
        {
            var index = _random.Next(_names.Count);
            var name = _names[index];
            switch (_random.Next(5))
            {
                case 0:
                    Tree.Write(name, Fresh());
                    break;
                case 1:
                    File.Delete(Tree.PathOf(name));
                    _names.RemoveAt(index);
                    break;
                case 2:
                    Tree.FlipHidden(name);
                    break;
                case 3:
                    _names[index] = $"moved-{_made++:d6}";
                    File.Move(Tree.PathOf(name), Tree.PathOf(_names[index]));
                    break;
                default:
                    _names.Add($"d{_random.Next(100):d3}/new-{_made:d6}");
                    Tree.Write(_names[^1], Fresh());
                    break;
            }
        }
    }

    /// <summary>A full scan of the control to its end.</summary>
    public async Task<long> ScanControlAsync()
    {
        var scan = await _database.AddScanAsync(Control, "full");
        await _database.ExecuteAsync($"notify fixity_scan_queued, '{scan}'");
        await Tree.EndOfAsync(scan);
        return scan;
    }

    /// <summary>Events, rows and counters of the two scans and of all that is known of the two targets.</summary>
    /// <param name="subjectScan">Or one that was lost; then what is compared is what came of the run in the end.</param>
    public async Task AssertEqualAsync(long controlScan, long subjectScan)
    {
        subjectScan = await Tree.EndOfAsync(subjectScan);
        Assert.Equal(await Tree.EventsAsync(controlScan), await Tree.EventsAsync(subjectScan));
        Assert.Equal(await RowsAsync(Control), await RowsAsync(Subject));
        Assert.Equal(await CountersAsync(controlScan), await CountersAsync(subjectScan));
        await Tree.AssertCountsAgreeAsync();
    }

    public void Dispose() => Tree.Dispose();

    private string Fresh() => string.Create(CultureInfo.InvariantCulture, $"content {_made++} {_random.NextInt64()}");

    private Task<List<string>> RowsAsync(int target) => _database.ListAsync($"""
        select concat_ws(' ', path, size, mtime_ns, state, encode(checksum, 'hex'), encode(observed_checksum, 'hex'))
        from scanner.files where target_id = {target} order by path
        """);

    private Task<string?> CountersAsync(long scan) => _database.ScalarAsync<string>($"""
        select concat_ws(' ', status, files_seen, bytes_seen, files_hashed, files_added, files_deleted, files_modified,
            files_moved, files_corrupted, files_restored, files_verified, errors_count)
        from scheduler.scans where id = {scan}
        """);
}
