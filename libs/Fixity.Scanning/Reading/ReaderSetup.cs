using Fixity.Core;
using Fixity.Storage;

namespace Fixity.Scanning.Reading;

/// <summary>What all readers of a segment share.</summary>
/// <param name="Probe">Of the root, when the segment began.</param>
/// <param name="Hashed">Told of each file that was read to its end; null: nobody asks.</param>
internal sealed record ReaderSetup(
    IStorageBackend Backend, ISegmentControl Control, StorageThrottle? Throttle, SegmentRules Rules, SegmentLimits Limits,
    TimeProvider Clock, StorageProbe Probe, Action<ChecksumAlgorithm, TimeSpan>? Hashed)
{
    private volatile bool _lacksExtended;

    /// <summary>The file system turned out to have none of the attributes that are watched: nobody need ask again.</summary>
    public bool LacksExtended
    {
        get => _lacksExtended;
        set => _lacksExtended = value;
    }

    /// <summary>One read, when pause and limits allow it.</summary>
    /// <param name="left">What the file should still have: more is not booked.</param>
    public async ValueTask<int> ReadAsync(
        IStorageFile file, long offset, Memory<byte> buffer, long left, ReadProgress progress,
        CancellationToken cancellation)
    {
        await Control.WaitWhilePausedAsync(cancellation);
        cancellation.ThrowIfCancellationRequested();
        var allowed = Throttle is { } throttle
            ? await throttle.AdmitReadAsync((int)Math.Clamp(left, 1, buffer.Length), cancellation)
            : buffer.Length;
        progress.CallBegins();
        var read = await file.ReadAsync(offset, buffer[..allowed], cancellation);
        progress.CallEnded(read);
        return read;
    }
}
