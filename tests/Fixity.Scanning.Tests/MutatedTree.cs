using Fixity.Bitrot;
using Fixity.Core;
using Fixity.Storage.Local;
using Fixity.Testing.Scanning;

namespace Fixity.Scanning.Tests;

/// <summary>A real tree that decays, is edited, tampered with and moved about, and what a scan should say of each act.</summary>
internal sealed class MutatedTree : IDisposable
{
    private const int SectorBytes = 512;
    private const int BlockBytes = 64 * 1024;

    private readonly Random _random;
    private readonly Damage _hidden;
    private readonly Damage _open;
    private readonly FakeSegmentControl _control = new();
    private readonly List<string> _files = [];

    // What a damaged file should hold, and its times.
    private readonly Dictionary<string, (byte[] Content, FileTimes Times)> _damaged = [];
    private int _names;

    public MutatedTree(int seed, int files)
    {
        _random = new Random(seed);
        (_hidden, _open) = (new Damage(_random, restoreTimes: true), new Damage(_random, restoreTimes: false));
        for (var i = 0; i < files; i++)
        {
            Create();
        }
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("fixity-mutated-").FullName;

    public MemoryBaseline Baseline { get; } = new();

    /// <summary>What the next scan should report: <c>corrupted d1/f2</c>.</summary>
    public List<string> Expected { get; } = [];

    /// <summary>Where damage was done to files that have a damage map.</summary>
    public List<DamageReport> Wounds { get; } = [];

    public void Dispose()
    {
        _control.Dispose();
        Directory.Delete(Root, recursive: true);
    }

    public async Task ScanAsync()
    {
        Baseline.NewScan();
        Baseline.Events.Clear();
        Baseline.Batches.Clear();
        await using var storage = LocalStorage.Open(Root);
        await new SegmentScanner(
            storage, Baseline, Baseline, _control, new SegmentLimits(), TimeProvider.System).RunAsync(
            new SegmentPlan(default, null, ChecksumAlgorithm.Blake3, VerifyAll: true), CancellationToken.None);
    }

    /// <summary>Does one thing to each of some files.</summary>
    public void Mutate(int count)
    {
        Expected.Clear();
        Wounds.Clear();
        var picked = _files.ToArray();
        _random.Shuffle(picked);
        foreach (var path in picked.Take(count))
        {
            if (_damaged.TryGetValue(path, out var healthy))
            {
                Restore(path, healthy.Content, healthy.Times);
            }
            else
            {
                MutateHealthy(path);
            }
        }
    }

    private void MutateHealthy(string path)
    {
        switch (_random.Next(10))
        {
            case 0 or 1 or 2:
                Harm(path, isSilent: true);
                break;
            case 3 or 4:
                Harm(path, isSilent: false);
                break;
            case 5:
                Expect("modified", path);
                _open.Edit(Full(path));
                break;
            case 6:
                // Somebody edits and puts the time back: the size tells.
                Expect("modified", path);
                _ = _random.Next(2) == 0 ? _hidden.Edit(Full(path)) : _hidden.Truncate(Full(path));
                break;
            case 7:
                Expect("modified", path);
                _open.Overwrite(Full(path), SectorBytes);
                break;
            case 8:
                Move(path);
                break;
            default:
                File.Delete(Full(path));
                _files.Remove(path);
                Expect("deleted", path);
                Expect("added", Create());
                break;
        }
    }

    // CERN's mix: a tenth single bits, a tenth sectors, the rest 64 KiB blocks.
    private void Harm(string path, bool isSilent)
    {
        _damaged[path] = (File.ReadAllBytes(Full(path)), FileTimes.Of(Full(path)));
        var wound = _random.Next(10) switch
        {
            0 => _hidden.Flip(Full(path)),
            1 => _hidden.Overwrite(Full(path), SectorBytes),
            _ => _hidden.Overwrite(Full(path), BlockBytes),
        };
        if (isSilent)
        {
            // No file system lets its files be changed behind its back, so the record is told the ctime of the act.
            ForgetCtime(path);
        }

        Wounds.Add(wound with { Path = path });
        Expect(isSilent ? "corrupted" : "tampered", path);
    }

    private void ForgetCtime(string path)
    {
        var row = Baseline[path];
        Baseline.Set(row with { Metadata = row.Metadata with { CtimeNs = null } });
    }

    private void Restore(string path, byte[] content, FileTimes times)
    {
        File.WriteAllBytes(Full(path), content);
        times.ApplyTo(Full(path));
        _damaged.Remove(path);
        Expect("restored", path);
    }

    private void Move(string path)
    {
        var target = NewName();
        File.Move(Full(path), Full(target));
        _files.Remove(path);
        _files.Add(target);
        Expect("deleted", path);
        Expect("added", target);
    }

    private string Create()
    {
        var path = NewName();
        var content = new byte[_random.Next(20) == 0 ? _random.Next(1 << 20, 3 << 20) : _random.Next(1, 100_000)];
        _random.NextBytes(content);
        File.WriteAllBytes(Full(path), content);
        _files.Add(path);
        return path;
    }

    private string NewName()
    {
        var path = $"d{_random.Next(9)}/f{++_names}";
        Directory.CreateDirectory(Path.GetDirectoryName(Full(path)) ?? Root);
        return path;
    }

    private void Expect(string word, string path) => Expected.Add($"{word} {path}");

    private string Full(string path) => Path.Join(Root, path);
}
