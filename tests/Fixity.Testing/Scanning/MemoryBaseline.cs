using System.Runtime.CompilerServices;
using Fixity.Core;
using Fixity.Scanning;
using Fixity.Testing.Storage;
using Xunit;

namespace Fixity.Testing.Scanning;

/// <summary>A baseline in memory: what PostgreSQL is to a scan, batch by batch, and as strict.</summary>
public sealed class MemoryBaseline : IBaselineReader, IScanSink
{
    public ValueTask<ReadOnlyMemory<byte>> ReadGroupsAsync(long fileId, CancellationToken cancellation) =>
        ValueTask.FromResult(ReadOnlyMemory<byte>.Empty);

    private readonly SortedDictionary<FilePath, BaselineFile> _rows = [];
    private long _lastId;

    public IReadOnlyDictionary<FilePath, BaselineFile> Rows => _rows;

    public List<ScanBatch> Batches { get; } = [];

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

    public ValueTask<ReadOnlyMemory<byte>> ReadGroupsAsync(long fileId, CancellationToken cancellation) => default;

    public async Task CommitAsync(ScanBatch batch, CancellationToken cancellation)
    {
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
            Appear(it.Id, it.Path, it.Metadata, FileState.Present, it.Algorithm, it.Checksum);
        }

        foreach (var it in batch.Modified)
        {
            Log("modified", Update(it.Id, it.Path, row => row with
            {
                Metadata = it.New,
                State = FileState.Present,
                Algorithm = it.NewAlgorithm,
                Checksum = it.NewChecksum,
                ObservedChecksum = default,
            }));
        }

        foreach (var it in batch.Refreshed)
        {
            Update(it.Id, it.Path, row => row with
            {
                Metadata = it.Metadata,
                State = it.ContentWasRead ? FileState.Present : row.State,
                Algorithm = it.Algorithm,
                Checksum = it.Checksum,
            });
        }

        foreach (var it in batch.Verified)
        {
            Update(it.Id, it.Path, row => row with { State = FileState.Present });
        }

        foreach (var it in batch.Corrupted)
        {
            Log("corrupted", Update(
                it.Id, it.Path, row => row with { State = FileState.Corrupted, ObservedChecksum = it.Actual }));
        }

        foreach (var it in batch.Restored)
        {
            Log("restored", Update(it.Id, it.Path, row => row with
            {
                Metadata = it.Metadata,
                State = FileState.Present,
                Algorithm = it.Algorithm,
                Checksum = it.Checksum,
                ObservedChecksum = default,
            }));
        }

        foreach (var it in batch.Disappeared)
        {
            Log("deleted", Update(it.Id, it.Path, row => row with { State = FileState.Deleted }));
        }

        ApplyUnreadable(batch);
    }

    private void ApplyUnreadable(ScanBatch batch)
    {
        foreach (var it in batch.Unreadable)
        {
            if (it.Id is { } id && !it.WasDeleted)
            {
                Update(id, it.Path, row => row with
                {
                    State = row.State == FileState.Corrupted ? FileState.Corrupted : FileState.Unreadable,
                });
            }
            else
            {
                Assert.NotNull(it.Metadata);
                Appear(it.Id, it.Path, it.Metadata.Value, FileState.Unreadable, null, default);
            }
        }
    }

    private void Appear(
        long? id, FilePath path, FileMetadata metadata, FileState state, ChecksumAlgorithm? algorithm,
        ReadOnlyMemory<byte> checksum)
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

        _rows[path] = new BaselineFile(
            id ?? ++_lastId, path, metadata, state, algorithm, checksum, default, IsDue: false);
        Log("added", path);
    }

    private FilePath Update(long id, FilePath path, Func<BaselineFile, BaselineFile> change)
    {
        Assert.True(_rows.TryGetValue(path, out var row), $"{path} has no row");
        Assert.Equal(id, row.Id);
        Assert.NotEqual(FileState.Deleted, row.State);
        _rows[path] = change(row);
        return path;
    }

    private void Log(string word, FilePath path) => Events.Add($"{word} {path}");
}
