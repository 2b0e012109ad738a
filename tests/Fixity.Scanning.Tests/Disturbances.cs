using System.Runtime.CompilerServices;
using Fixity.Core;
using Fixity.Storage;
using Fixity.Testing.Scanning;

namespace Fixity.Scanning.Tests;

/// <summary>The same storage and baseline, scanned on by another process: with a control of its own.</summary>
internal sealed class FakeRestart(SegmentRun run) : IDisposable
{
    private readonly FakeSegmentControl _control = new();

    public FakeSegmentControl Control => _control;

    public Task<SegmentResult> GoOnAsync(CancellationToken cancellation = default) =>
        new SegmentScanner(run.Storage, run.Baseline, run.Baseline, _control, run.Limits, TimeProvider.System).RunAsync(
            new SegmentPlan(
                run.Range with { After = run.Baseline.Checkpoint }, run.ExpectedIdentity, run.Algorithm, run.VerifyAll,
                run.Options),
            cancellation);

    public void Dispose() => _control.Dispose();
}

/// <summary>A storage whose listing breaks off as a whole, not at one folder.</summary>
internal sealed class BrokenListing(IStorageBackend inner, FilePath breakAfter) : IStorageBackend
{
    public StorageCapabilities Capabilities => inner.Capabilities;

    public Task<StorageProbe> ProbeAsync(CancellationToken cancellation) => inner.ProbeAsync(cancellation);

    public async IAsyncEnumerable<ReadOnlyMemory<StorageEntry>> ListAsync(
        PathRange range, [EnumeratorCancellation] CancellationToken cancellation, IEntryFilter? filter = null)
    {
        await foreach (var block in inner.ListAsync(range, cancellation, filter))
        {
            if (block.Span[0].Path > breakAfter)
            {
                throw new StorageException(StorageFault.Connection, default, "the connection broke off");
            }

            yield return block;
        }
    }

    public ValueTask<StorageEntry?> StatAsync(FilePath path, CancellationToken cancellation) =>
        inner.StatAsync(path, cancellation);

    public ValueTask<ExtendedAttributes> ReadAttributesAsync(FilePath path, CancellationToken cancellation) =>
        inner.ReadAttributesAsync(path, cancellation);

    public ValueTask<IStorageFile> OpenAsync(FilePath path, ReadSource source, CancellationToken cancellation) =>
        inner.OpenAsync(path, source, cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A storage whose listing and whose looking at single files are what the test says.</summary>
internal sealed class AnotherListing(
    IStorageBackend inner, StorageEntry[] entries, Func<FilePath, StorageEntry?>? stat = null) : IStorageBackend
{
    public StorageCapabilities Capabilities => inner.Capabilities;

    public Task<StorageProbe> ProbeAsync(CancellationToken cancellation) => inner.ProbeAsync(cancellation);

    public async IAsyncEnumerable<ReadOnlyMemory<StorageEntry>> ListAsync(
        PathRange range, [EnumeratorCancellation] CancellationToken cancellation, IEntryFilter? filter = null)
    {
        await Task.Yield();
        yield return entries;
    }

    public ValueTask<StorageEntry?> StatAsync(FilePath path, CancellationToken cancellation) =>
        stat is null ? inner.StatAsync(path, cancellation) : ValueTask.FromResult(stat(path));

    public ValueTask<ExtendedAttributes> ReadAttributesAsync(FilePath path, CancellationToken cancellation) =>
        inner.ReadAttributesAsync(path, cancellation);

    public ValueTask<IStorageFile> OpenAsync(FilePath path, ReadSource source, CancellationToken cancellation) =>
        inner.OpenAsync(path, source, cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>What a database in another collation would give.</summary>
internal sealed class UnorderedBaseline : IBaselineReader
{
    public ValueTask<ReadOnlyMemory<byte>> ReadGroupsAsync(long fileId, CancellationToken cancellation) =>
        ValueTask.FromResult(ReadOnlyMemory<byte>.Empty);

    public ValueTask<bool> MayBeMountedAsync(FilePath key, string identity, CancellationToken cancellation) =>
        ValueTask.FromResult(true);

    public async IAsyncEnumerable<ReadOnlyMemory<BaselineFile>> ReadAsync(
        PathRange range, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.Yield();
        yield return new[] { Row("f1"), Row("F2") };
    }

    private static BaselineFile Row(string path) => new(
        1, FilePath.FromEscaped(path), default, FileState.Present, null, default, default, IsDue: false);
}
