using Fixity.Core;
using Fixity.Testing.Scanning;
using Fixity.Testing.Storage;

namespace Fixity.Scanning.Tests;

/// <summary>What a scan should do to a baseline, worked out with whole maps in memory and none of the engine's rules.</summary>
internal sealed class NaiveModel
{
    private readonly Dictionary<string, Row> _rows = [];

    public List<string> Events { get; } = [];

    public void Scan(FakeStorage storage, Func<string, bool> isDue)
    {
        var paths = _rows.Keys.Concat(storage.Files.Keys.Select(path => path.ToString())).Distinct().ToList();
        foreach (var path in paths)
        {
            var key = FilePath.FromEscaped(path);
            if (storage.ListingFaults.Keys.Any(fault => fault.IsRoot || path.StartsWith(fault.ToString(), StringComparison.Ordinal)))
            {
                continue;
            }

            var row = _rows.GetValueOrDefault(path);
            if (!storage.Files.TryGetValue(key, out var file))
            {
                Absent(path, row);
            }
            else if (row is null || row.State == "deleted")
            {
                Appeared(path, file);
            }
            else
            {
                Known(path, row, file, isDue(path));
            }
        }
    }

    public IEnumerable<string> Describe() =>
        _rows.OrderBy(row => FilePath.FromEscaped(row.Key)).Select(row => $"{row.Key}: {row.Value}");

    public static IEnumerable<string> Describe(MemoryBaseline baseline) => baseline.Rows.Values.Select(row =>
        $"{row.Path}: " + new Row(
            row.State.ToString().ToLowerInvariant(), row.Metadata.SizeBytes, row.Metadata.MtimeNs, row.Metadata.Mode ?? -1,
            Convert.ToHexStringLower(row.Checksum.Span), Convert.ToHexStringLower(row.ObservedChecksum.Span)));

    private void Absent(string path, Row? row)
    {
        if (row is not null && row.State != "deleted")
        {
            _rows[path] = row with { State = "deleted" };
            Events.Add($"deleted {path}");
        }
    }

    private void Appeared(string path, FakeFile file)
    {
        var readable = file.ReadFault is null;
        _rows[path] = new Row(
            readable ? "present" : "unreadable", file.Content.Length, file.MtimeNs, file.Mode,
            readable ? Hash(file) : "", "");
        Events.Add($"added {path}");
    }

    private void Known(string path, Row row, FakeFile file, bool due)
    {
        var same = row.Size == file.Content.Length && row.Mtime == file.MtimeNs;
        var look = !same || due || row.State is "corrupted" or "unreadable" || row.Checksum == "";
        if (!look)
        {
            _rows[path] = row with { Mode = file.Mode };
            return;
        }

        if (file.ReadFault is not null)
        {
            _rows[path] = row with { State = row.State == "corrupted" ? "corrupted" : "unreadable" };
            return;
        }

        var hash = Hash(file);
        var moved = new Row("present", file.Content.Length, file.MtimeNs, file.Mode, hash, "");
        if (row.Checksum == "" || row.Checksum == hash)
        {
            _rows[path] = moved with { Observed = row.State == "corrupted" ? "" : row.Observed };
            if (row.State == "corrupted")
            {
                Events.Add($"restored {path}");
            }
        }
        else if (row.State == "corrupted" && row.Observed == hash)
        {
            // Still corrupted, whatever its mtime says now.
        }
        else if (same)
        {
            _rows[path] = row with { State = "corrupted", Observed = hash };
            Events.Add($"corrupted {path}");
        }
        else
        {
            _rows[path] = moved;
            Events.Add($"modified {path}");
        }
    }

    private static string Hash(FakeFile file) => Convert.ToHexStringLower(SegmentRun.Checksum(file.Content));

    private sealed record Row(string State, long Size, long Mtime, int Mode, string Checksum, string Observed);
}
