namespace Fixity.Scanning;

/// <summary>What the owner of a segment wants of it while it runs. Cancelling is the token of <c>RunAsync</c>.</summary>
public interface ISegmentControl
{
    /// <summary>
    /// Set when the process is to end: the segment commits what is finished and returns
    /// <see cref="SegmentOutcome.Interrupted"/>.
    /// </summary>
    CancellationToken Stopping { get; }

    /// <summary>Returns at once, or when the scan is no longer paused. Asked before each file and before each read.</summary>
    ValueTask WaitWhilePausedAsync(CancellationToken cancellation);

    /// <summary>What somebody idle would take over; null: nobody asks. Looked at before each file.</summary>
    SplitRequest? PendingSplit { get; }
}
