using System.Runtime.CompilerServices;
using Fixity.Core;
using Fixity.Scanning;
using Fixity.Testing.Storage;
using Xunit;

namespace Fixity.Testing.Scanning;

/// <summary>A baseline in memory: what PostgreSQL is to a scan, batch by batch, and as strict.</summary>
public sealed class MemoryBaseline : IBaselineReader, IScanSink
{
    private readonly SortedDictionary<FilePath, BaselineFile> _rows = [];
    private long _lastId;

    public IReadOnlyDictionary<FilePath, BaselineFile> Rows => _rows;

    public List<ScanBatch> Batches { get; } = [];

    /// <summary>Recorded group digests by file id.</summary>
    public Dictionary<long, ReadOnlyMemory<byte>> Groups { get; } = [];

    /// <summary>Recorded mounts; those that a person has said to be void are not in it, but in <see cref="VoidMounts"/>.</summary>
    public Dictionary<FilePath, RecordedMount> Mounts { get; } = [];

    public HashSet<FilePath> VoidMounts { get; } = [];

    /// <summary>The checkpoint of the segment, as committed.</summary>
    public FilePath? Checkpoint { get; private set; }

    public bool IsFinished { get; private set; }

    /// <summary>Events as words: <c>added a/b</c>.</summary>
    public List<string> Events { get; } = [];

    /// <summary>Which unchanged rows are re-read.</summary>
    public Func<BaselineFile, bool> IsDue { get; set; } = _ => false;

    /// <summary>Called before a batch is applied; throws to refuse it.</summary>
    public Func<ScanBatch, Task>? Committing { get; set; }

    /// <summary>Called when a batch is applied; throws to lose the answer.</summary>
    public Action<ScanBatch>? Committed { get; set; }

    public BaselineFile this[string path] => _rows[FilePath.FromEscaped(path)];

    public void NewScan() => (Checkpoint, IsFinished) = (null, false);

    public void Set(BaselineFile row) => _rows[row.Path] = row;

    public async IAsyncEnumerable<ReadOnlyMemory<BaselineFile>> ReadAsync(
        PathRange range, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var blocks = new ReusedBlocks<BaselineFile>(
            row => row with
            {
                Path = ReusedBlocks.Copy(row.Path),
                Checksum = row.Checksum.ToArray(),
                ObservedChecksum = row.ObservedChecksum.ToArray(),
                IsDue = IsDue(row),
                HasGroups = Groups.ContainsKey(row.Id),
            },
            row =>
            {
                ReusedBlocks.Poison(row.Path);
                ReusedBlocks.Poison(row.Checksum);
                ReusedBlocks.Poison(row.ObservedChecksum);
            });
        BaselineFile[] snapshot = [.. _rows.Values.Where(row => range.Contains(row.Path))];
        foreach (var block in snapshot.Chunk(4))
        {
            await Task.Yield();
            cancellation.ThrowIfCancellationRequested();
            yield return blocks.Next(block);
        }
    }

    public ValueTask<ReadOnlyMemory<byte>> ReadGroupsAsync(long fileId, CancellationToken cancellation) =>
        ValueTask.FromResult(Groups.GetValueOrDefault(fileId));

    public ValueTask<bool> MayBeMountedAsync(FilePath key, string identity, CancellationToken cancellation) =>
        ValueTask.FromResult(
            Mounts.TryGetValue(key, out var recorded) ? recorded.Identity == identity
            : VoidMounts.Contains(key) || !_rows.Values.Any(row =>
                (row.Path == key || (key.IsRangeKey && row.Path.IsBelow(key)))
                && row.State is not (FileState.Deleted or FileState.Excluded)));

    /// <summary>A person says that the storage is a new one.</summary>
    public void ResetIdentity()
    {
        VoidMounts.UnionWith(Mounts.Keys);
        Mounts.Clear();
    }

    public async Task CommitAsync(ScanBatch batch, CancellationToken cancellation)
    {
        batch = OwnedBatch.Of(batch);
        cancellation.ThrowIfCancellationRequested();
        await (Committing?.Invoke(batch) ?? Task.CompletedTask);
        Assert.False(IsFinished, "a batch came after the last one");
        Assert.False(batch.Checkpoint < Checkpoint, $"the checkpoint went back to {batch.Checkpoint}");
        Apply(batch);
        Batches.Add(batch);
        (Checkpoint, IsFinished) = (batch.Checkpoint, batch.IsLast);
        Committed?.Invoke(batch);
    }

    private void Apply(ScanBatch batch)
    {
        foreach (var it in batch.Appeared)
        {
            Appear(it.Id, it.Path, new BaselineFile(
                it.Id ?? 0, it.Path, it.Metadata, FileState.Present, it.Algorithm, it.Checksum, default, IsDue: false,
                it.Extended));
            KeepGroups(it.Path, it.Groups);
        }

        foreach (var it in batch.Modified)
        {
            Update("modified", it.Id, it.Path, row => row with
            {
                Metadata = it.New,
                Extended = it.Extended,
                State = FileState.Present,
                Algorithm = it.NewAlgorithm,
                Checksum = it.NewChecksum,
                ObservedChecksum = default,
                DamagedAs = null,
            });
            KeepGroups(it.Path, it.Groups);
        }

        batch.Refreshed.ForEach(Refresh);
        foreach (var it in batch.Verified)
        {
            Update(null, it.Id, it.Path, row => row with { State = FileState.Present, ObservedChecksum = default });
            AddGroups(it.Path, it.Groups);
        }

        ApplyDamage(batch);
        batch.Attributes.ForEach(Follow);
        foreach (var it in batch.Disappeared)
        {
            Update("deleted", it.Id, it.Path, row => Left(row, FileState.Deleted));
        }

        foreach (var it in batch.Excluded)
        {
            Assert.NotEqual(FileState.Excluded, _rows[it.Path].State);
            Update(null, it.Id, it.Path, row => Left(row, FileState.Excluded));
        }

        ApplyUnreadable(batch);
        foreach (var mount in batch.Mounts)
        {
            Mounts[mount.Key] = mount;
        }
    }

    private static BaselineFile Left(BaselineFile row, FileState state) => row with
    {
        State = state,
        DamagedAs = row.State is FileState.Corrupted or FileState.Tampered ? row.State : row.DamagedAs,
    };

    private void Refresh(RefreshedFile it)
    {
        var row = it.ContentWasRead ? FileState.Present : _rows[it.Path].State;
        Update(null, it.Id, it.Path, before => before with
        {
            Metadata = it.Metadata,
            Extended = it.Extended,
            State = row,
            Algorithm = it.Algorithm,
            Checksum = it.Checksum,
            ObservedChecksum = it.ContentWasRead ? default : before.ObservedChecksum,
        });
        if (it.Kind.HasFlag(RefreshKind.FirstRead))
        {
            KeepGroups(it.Path, it.Groups);
        }
        else
        {
            AddGroups(it.Path, it.Groups);
        }

        if (it.Kind.HasFlag(RefreshKind.Attributes))
        {
            Assert.NotEmpty(it.Attributes ?? []);
            Events.Add($"attributes {it.Path}");
        }

        if (it.IsTouchReported)
        {
            Events.Add($"touched {it.Path}");
        }
    }

    private void Follow(AttributesFile it)
    {
        Update(null, it.Id, it.Path, row => row with
        {
            Metadata = row.Metadata with { Mode = it.New.Mode, Uid = it.New.Uid, Gid = it.New.Gid, Links = it.New.Links },
            Extended = it.Extended,
        });
        if (it.Changes is { } changes)
        {
            Assert.NotEmpty(changes);
            Events.Add($"attributes {it.Path}");
        }
    }

    private void ApplyDamage(ScanBatch batch)
    {
        foreach (var it in batch.Corrupted)
        {
            Update(it.IsTampered ? "tampered" : "corrupted", it.Id, it.Path, mayBeDeleted: true, change: row => row with
            {
                State = it.IsTampered ? FileState.Tampered : FileState.Corrupted,
                ObservedChecksum = it.Actual,
                DamagedAs = null,
            });
        }

        foreach (var it in batch.StillDamaged)
        {
            Assert.NotNull(_rows[it.Path].DamagedAs);
            Update(null, it.Id, it.Path, row => row with { State = row.DamagedAs!.Value, DamagedAs = null });
        }

        foreach (var it in batch.Restored)
        {
            Assert.True(_rows[it.Path].IsDamaged, $"{it.Path} was not damaged");
            Update("restored", it.Id, it.Path, row => row with
            {
                Metadata = it.Metadata,
                Extended = it.Extended,
                State = FileState.Present,
                Algorithm = it.Algorithm,
                Checksum = it.Checksum,
                ObservedChecksum = default,
                DamagedAs = null,
            });
            AddGroups(it.Path, it.Groups);
        }
    }

    private void ApplyUnreadable(ScanBatch batch)
    {
        foreach (var it in batch.Unreadable)
        {
            if (it.Id is { } id && it.KeepsBaseline)
            {
                Assert.Equal(it.WasDeleted, _rows[it.Path].State == FileState.Deleted);
                Update(it.WasDeleted ? "added" : null, id, it.Path, mayBeDeleted: true, change: row => row with
                {
                    State = row.DamagedAs ?? (row.IsDamaged ? row.State : FileState.Unreadable),
                    DamagedAs = null,
                });
            }
            else
            {
                Assert.NotNull(it.Metadata);
                Appear(it.Id, it.Path, new BaselineFile(
                    it.Id ?? 0, it.Path, it.Metadata.Value, FileState.Unreadable, null, default, default, IsDue: false));
            }
        }
    }

    private void Appear(long? id, FilePath path, BaselineFile row)
    {
        if (id is { } returned)
        {
            Assert.Equal(FileState.Deleted, _rows[path].State);
            Assert.Equal(returned, _rows[path].Id);
        }
        else
        {
            Assert.False(_rows.ContainsKey(path), $"{path} has a row already");
        }

        _rows[path] = row with { Id = id ?? ++_lastId };
        Events.Add($"added {path}");
    }

    private void Update(
        string? word, long id, FilePath path, Func<BaselineFile, BaselineFile> change, bool mayBeDeleted = false)
    {
        Assert.True(_rows.TryGetValue(path, out var row), $"{path} has no row");
        Assert.Equal(id, row.Id);
        Assert.False(row.State == FileState.Deleted && !mayBeDeleted, $"{path} is deleted");
        _rows[path] = change(row);
        if (word is not null)
        {
            Events.Add($"{word} {path}");
        }
    }

    // Of content that is what it was: what is recorded stays.
    private void AddGroups(FilePath path, ReadOnlyMemory<byte> groups)
    {
        if (!groups.IsEmpty)
        {
            Groups[_rows[path].Id] = groups;
        }
    }

    private void KeepGroups(FilePath path, ReadOnlyMemory<byte> groups)
    {
        Groups.Remove(_rows[path].Id);
        if (!groups.IsEmpty)
        {
            Groups[_rows[path].Id] = groups;
        }
    }
}
