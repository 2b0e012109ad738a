using Fixity.Core;
using Fixity.Storage;

namespace Fixity.Scanning.Tests;

/// <summary>What only a storage of objects says: archived, replaced under the reader, checksums of its own.</summary>
public sealed class ObjectsOfAScanTests : IDisposable
{
    private readonly SegmentRun _run = new() { VerifyAll = true };

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task A_file_that_is_archived_is_neither_deleted_nor_unknown()
    {
        _run.Storage.Put("f", "content");
        await _run.TakeBaselineAsync();
        _run.Storage.Specials[FilePath.FromEscaped("f")] = SkipKind.Archived;

        var result = await _run.ScanAsync();

        Assert.False(result.HadFaults);
        Assert.Empty(_run.Baseline.Events);
        Assert.Equal(FileState.Present, _run.Baseline["f"].State);
        Assert.Equal((1, 0), (_run.Count(c => c.FilesSkipped), _run.Count(c => c.FilesUnknown)));
        Assert.Empty(_run.Storage.Opened);
    }

    [Fact]
    public async Task A_file_that_was_replaced_before_it_was_archived_cannot_be_vouched_for()
    {
        _run.Storage.Put("f", "content");
        await _run.TakeBaselineAsync();
        _run.Storage.Put("f", "another content", mtimeNs: 2);
        _run.Storage.Specials[FilePath.FromEscaped("f")] = SkipKind.Archived;

        await _run.ScanAsync();

        Assert.Equal(FileState.Unreadable, _run.Baseline["f"].State);
        Assert.Contains("archived", Assert.Single(_run.Baseline.Batches.SelectMany(batch => batch.Errors)).Message, StringComparison.Ordinal);
        Assert.Empty(_run.Storage.Opened);
    }

    [Fact]
    public async Task A_file_that_is_another_now_than_was_opened_is_unstable_and_not_damaged()
    {
        _run.Storage.Put("f", "content");
        await _run.TakeBaselineAsync();
        _run.Storage.Put(FilePath.FromEscaped("f"), _run.Storage["f"] with { ReadFault = StorageFault.Changed });

        await _run.ScanAsync();

        Assert.Empty(_run.Baseline.Events);
        Assert.Equal(FileState.Present, _run.Baseline["f"].State);
        Assert.Equal(1, _run.Count(c => c.FilesUnstable));
    }

    [Fact]
    public async Task What_the_storage_says_of_damaged_content_is_in_the_evidence()
    {
        var evidence = new StorageEvidence("tag", null, new Dictionary<string, string> { ["sha256"] = "00ff" });
        _run.Storage.Put("f", "content");
        await _run.TakeBaselineAsync();
        _run.Storage.Put(FilePath.FromEscaped("f"), _run.Storage["f"].WithFlippedBit() with { Evidence = evidence });

        await _run.ScanAsync();

        Assert.Equal(evidence, Assert.Single(_run.Baseline.Batches.SelectMany(batch => batch.Corrupted)).Evidence);
    }
}
