namespace Fixity.Scanning;

/// <summary>Where the results of a segment go. One transaction a batch, guarded by the fencing token of the lease.</summary>
/// <remarks>
/// A batch counts only when this returns. When it throws, the segment ends with that exception and is resumed later
/// from the last checkpoint that did return, so a batch must be wholly there or not at all. What it points to is used again
/// for the next one.
/// </remarks>
public interface IScanSink
{
    Task CommitAsync(ScanBatch batch, CancellationToken cancellation);
}
