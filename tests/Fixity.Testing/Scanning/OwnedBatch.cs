using Fixity.Scanning;

namespace Fixity.Testing.Scanning;

/// <summary>A batch that may be kept: the engine uses the memory of its own ones again.</summary>
public static class OwnedBatch
{
    public static ScanBatch Of(ScanBatch batch)
    {
        var owned = new ScanBatch
        {
            Checkpoint = batch.Checkpoint?.ToOwned(),
            CurrentPath = batch.CurrentPath?.ToOwned(),
            IsLast = batch.IsLast,
        };
        owned.Appeared.AddRange(batch.Appeared.Select(it => it with
        {
            Path = it.Path.ToOwned(),
            Checksum = it.Checksum.ToArray(),
            Groups = it.Groups.ToArray(),
        }));
        owned.Modified.AddRange(batch.Modified.Select(it => it with
        {
            Path = it.Path.ToOwned(),
            OldChecksum = it.OldChecksum.ToArray(),
            NewChecksum = it.NewChecksum.ToArray(),
            Groups = it.Groups.ToArray(),
        }));
        owned.Refreshed.AddRange(batch.Refreshed.Select(it => it with
        {
            Path = it.Path.ToOwned(),
            Checksum = it.Checksum.ToArray(),
            Groups = it.Groups.ToArray(),
        }));
        owned.Verified.AddRange(batch.Verified.Select(it => it with
        {
            Path = it.Path.ToOwned(),
            Groups = it.Groups.ToArray(),
        }));
        owned.Corrupted.AddRange(batch.Corrupted.Select(it => it with
        {
            Path = it.Path.ToOwned(),
            Expected = it.Expected.ToArray(),
            Actual = it.Actual.ToArray(),
        }));
        owned.StillDamaged.AddRange(batch.StillDamaged.Select(it => it with { Path = it.Path.ToOwned() }));
        owned.Restored.AddRange(batch.Restored.Select(it => it with
        {
            Path = it.Path.ToOwned(),
            Was = it.Was.ToArray(),
            Checksum = it.Checksum.ToArray(),
            Groups = it.Groups.ToArray(),
        }));
        owned.Attributes.AddRange(batch.Attributes.Select(it => it with { Path = it.Path.ToOwned() }));
        owned.Unreadable.AddRange(batch.Unreadable.Select(it => it with { Path = it.Path.ToOwned() }));
        owned.Disappeared.AddRange(batch.Disappeared.Select(it => it with
        {
            Path = it.Path.ToOwned(),
            Checksum = it.Checksum.ToArray(),
        }));
        owned.Excluded.AddRange(batch.Excluded.Select(it => it with { Path = it.Path.ToOwned() }));
        owned.UnknownRanges.AddRange(batch.UnknownRanges.Select(it => it with { Prefix = it.Prefix.ToOwned() }));
        owned.Errors.AddRange(batch.Errors.Select(it => it with { Path = it.Path.ToOwned() }));
        owned.Mounts.AddRange(batch.Mounts.Select(it => it with { Key = it.Key.ToOwned() }));
        CopyCounters(batch.Counters, owned.Counters);
        return owned;
    }

    private static void CopyCounters(ScanCounters from, ScanCounters to)
    {
        foreach (var counter in typeof(ScanCounters).GetProperties().Where(property => property.CanWrite))
        {
            counter.SetValue(to, counter.GetValue(from));
        }
    }
}
