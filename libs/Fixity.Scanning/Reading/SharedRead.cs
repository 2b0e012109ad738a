using Fixity.Core;
using Fixity.Hashing;
using Fixity.Storage;

namespace Fixity.Scanning.Reading;

/// <summary>One large file that idle workers help to read: who has which piece, and whether all is well.</summary>
/// <remarks>
/// The worker that began it owns it: it alone answers for the file, after all helpers have left. A helper that hangs is
/// taken out by the watch, and the file is unreadable.
/// </remarks>
/// <param name="owner">Of the worker that began it.</param>
internal sealed class SharedRead(
    FilePath path, ReadSource source, FileMetadata before, TreeChecksum checksum, ReadProgress owner)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _left;
    private int _helpers;
    private int _next;
    private bool _isClosed;

    /// <summary>In memory of its own: a helper may come late.</summary>
    public FilePath Path { get; } = path.ToOwned();

    public ReadSource Source => source;

    /// <summary>What the file was when the reading began.</summary>
    public FileMetadata Before => before;

    public TreeChecksum Checksum => checksum;

    /// <summary>The first thing that went wrong; null: nothing yet.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The file is not what it was when the reading began.</summary>
    public bool IsUnstable { get; private set; }

    /// <returns>False: there is nothing left to help with.</returns>
    public bool TryJoin()
    {
        lock (_lock)
        {
            var joins = !_isClosed && !IsOver;
            _helpers += joins ? 1 : 0;
            return joins;
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            if (--_helpers == 0)
            {
                _left?.TrySetResult();
            }
        }
    }

    public bool TryTakePiece(out int piece)
    {
        piece = IsOver ? checksum.PieceCount : Interlocked.Increment(ref _next) - 1;
        return piece < checksum.PieceCount;
    }

    public void Fail(Exception failure)
    {
        lock (_lock)
        {
            Failure ??= failure;
        }
    }

    public void FindUnstable()
    {
        lock (_lock)
        {
            IsUnstable = true;
        }
    }

    /// <summary>Lets nobody join any more; completes when the last helper has left.</summary>
    public Task CloseAsync()
    {
        lock (_lock)
        {
            _isClosed = true;
            _left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_helpers == 0)
            {
                _left.SetResult();
            }

            return _left.Task;
        }
    }

    private bool IsOver => Failure is not null || IsUnstable || owner.WasGivenUp || Volatile.Read(ref _next) >= checksum.PieceCount;
}
