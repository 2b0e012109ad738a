using Fixity.Core;
using Fixity.Testing.Scanning;
using Fixity.Testing.Storage;

namespace Fixity.Scanning.Tests;

/// <summary>What a scan should do to a baseline, worked out with whole maps in memory and none of the engine's rules.</summary>
internal sealed class NaiveModel
{
    private readonly Dictionary<string, Row> _rows = [];

    public List<string> Events { get; } = [];

    /// <param name="isLeftOut">Whether the target's patterns leave a path out.</param>
    public void Scan(FakeStorage storage, Func<string, bool> isDue, Func<string, bool> isLeftOut)
    {
        var paths = _rows.Keys.Concat(storage.Files.Keys.Select(path => path.ToString())).Distinct().ToList();
        foreach (var path in paths)
        {
            var row = _rows.GetValueOrDefault(path);
            if (isLeftOut(path))
            {
                if (row is not null && row.State is not "deleted")
                {
                    _rows[path] = row.Left("excluded");
                }
            }
            else if (storage.ListingFaults.Keys.Any(
                fault => fault.IsRoot || path.StartsWith(fault.ToString(), StringComparison.Ordinal)))
            {
                // Nothing is known of it.
            }
            else if (!storage.Files.TryGetValue(FilePath.FromEscaped(path), out var file))
            {
                Absent(path, row);
            }
            else if (row is null || row.State == "deleted")
            {
                Appeared(path, row, file);
            }
            else
            {
                Known(path, row, file, isDue(path));
            }
        }
    }

    public IEnumerable<string> Describe() =>
        _rows.OrderBy(row => FilePath.FromEscaped(row.Key)).Select(row => $"{row.Key}: {row.Value.Text()}");

    public static IEnumerable<string> Describe(MemoryBaseline baseline) => baseline.Rows.Values.Select(row =>
        $"{row.Path}: " + new Row(
            row.State.ToString().ToLowerInvariant(), row.Metadata.SizeBytes, row.Metadata.MtimeNs,
            row.Metadata.CtimeNs ?? -1, row.Metadata.Mode ?? -1, Convert.ToHexStringLower(row.Checksum.Span),
            Convert.ToHexStringLower(row.ObservedChecksum.Span),
            row.DamagedAs?.ToString().ToLowerInvariant() ?? "").Text());

    private void Absent(string path, Row? row)
    {
        if (row is not null && row.State != "deleted")
        {
            _rows[path] = row.Left("deleted");
            Events.Add($"deleted {path}");
        }
    }

    private void Appeared(string path, Row? row, FakeFile file)
    {
        var readable = file.ReadFault is null;
        var same = row is { Checksum: not "" } && row.Size == file.Content.Length && row.Mtime == file.MtimeNs;
        var asBefore = row is { WasDamaged: not "" } && row.Observed == Hash(file);
        if (row is not null && !readable && (same || row.WasDamaged != ""))
        {
            _rows[path] = row with { State = row.WasDamaged == "" ? "unreadable" : row.WasDamaged, WasDamaged = "" };
            Events.Add($"added {path}");
            return;
        }

        if (row is not null && readable && row.Checksum != Hash(file) && (same || asBefore))
        {
            var word = asBefore ? row.WasDamaged : row.Ctime == file.CtimeNs ? "corrupted" : "tampered";
            _rows[path] = row with { State = word, Observed = Hash(file), WasDamaged = "", Mode = file.Mode };
            Events.Add($"{word} {path}");
            Attributes(path, row, file);
            return;
        }

        _rows[path] = Seen(readable ? "present" : "unreadable", file, readable ? Hash(file) : "");
        Events.Add($"added {path}");
    }

    private void Known(string path, Row row, FakeFile file, bool due)
    {
        var same = row.Size == file.Content.Length && row.Mtime == file.MtimeNs;
        var ctimeMoved = row.Ctime != file.CtimeNs;
        var modeMoved = row.Mode != file.Mode;
        if (row.WasDamaged != "")
        {
            row = row with { State = row.WasDamaged, WasDamaged = "" };
        }

        var damaged = row.State is "corrupted" or "tampered";
        if (same && !due && row.State == "present" && !ctimeMoved)
        {
            if (modeMoved)
            {
                _rows[path] = row with { Mode = file.Mode, Ctime = file.CtimeNs };
                Events.Add($"attributes {path}");
            }
        }
        else if (file.ReadFault is not null)
        {
            _rows[path] = row with { State = damaged ? row.State : "unreadable" };
        }
        else
        {
            Read(path, row, file, same, ctimeMoved, damaged);
        }
    }

    private void Read(string path, Row row, FakeFile file, bool same, bool ctimeMoved, bool damaged)
    {
        var hash = Hash(file);
        Attributes(path, row, file);
        if (row.Checksum == "" || row.Checksum == hash)
        {
            _rows[path] = Seen("present", file, hash);
            if (damaged)
            {
                Events.Add($"restored {path}");
            }
        }
        else if (damaged && row.Observed == hash)
        {
            _rows[path] = row with { Mode = file.Mode }; // Damaged as before, whatever its times say now.
        }
        else if (same)
        {
            var word = ctimeMoved ? "tampered" : "corrupted";
            _rows[path] = row with { State = word, Observed = hash, Mode = file.Mode };
            Events.Add($"{word} {path}");
        }
        else
        {
            _rows[path] = Seen("present", file, hash);
            Events.Add($"modified {path}");
        }
    }

    private void Attributes(string path, Row row, FakeFile file)
    {
        if (row.Mode != file.Mode)
        {
            Events.Add($"attributes {path}");
        }
    }

    private static Row Seen(string state, FakeFile file, string hash) =>
        new(state, file.Content.Length, file.MtimeNs, file.CtimeNs, file.Mode, hash, "");

    private static string Hash(FakeFile file) => Convert.ToHexStringLower(SegmentRun.Checksum(file.Content));

    private sealed record Row(
        string State, long Size, long Mtime, long Ctime, int Mode, string Checksum, string Observed,
        string WasDamaged = "")
    {
        public Row Left(string state) => this with
        {
            State = state,
            WasDamaged = State is "corrupted" or "tampered" ? State : WasDamaged,
        };

        public string Text() =>
            $"{State} {WasDamaged} {Size} bytes, times {Mtime} {Ctime}, mode {Mode}, {Checksum}, seen {Observed}";
    }
}
