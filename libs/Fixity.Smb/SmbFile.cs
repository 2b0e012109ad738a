using Fixity.Smb.Connection;
using Fixity.Smb.Wire;

namespace Fixity.Smb;

/// <summary>One open file of a share, read forward or from anywhere; forward with several reads under way.</summary>
/// <remarks>Used by one caller at a time. Goes on over a lost connection if the file is still exactly what it was.</remarks>
public sealed class SmbFile : ISmbFile
{
    private readonly SmbShare _share;
    private readonly string _path;
#pragma warning disable CA2213 // It has no timer, and reads that are under way still ask it.
    private readonly CancellationTokenSource _left = new();
#pragma warning restore CA2213
    private readonly ReadAhead _ahead;
    private Answer? _head;
    private SmbMetadata _opened;
    private SmbMetadata? _closed;
    private LiveLink? _live;
    private SmbHandle _handle;
    private bool _isWhole;
    private bool _wasLookedAt;

    internal SmbFile(SmbShare share, string path)
    {
        (_share, _path) = (share, path);
        _ahead = new ReadAhead(share.Options, share.Ahead, _left.Token);
    }

    /// <summary>What the file was when it was opened.</summary>
    public SmbMetadata Opened => _opened;

    /// <summary>What a small file was at its closing, right after all of it was read; null: it is not small, or the
    /// server does not say.</summary>
    public SmbMetadata? SeenAfterReading => _isWhole ? _closed : null;

    /// <summary>What the file is now; of a small one, what it was right after it was read.</summary>
    /// <remarks>The first call answers with the look that the opening took.</remarks>
    /// <exception cref="SmbException">It could not be found out.</exception>
    public async ValueTask<SmbMetadata> StatAsync(CancellationToken cancellation)
    {
        if (!_wasLookedAt)
        {
            _wasLookedAt = true;
            return _opened;
        }

        return _isWhole && _closed is { } closed ? closed : await _share.RunAsync(
            async (live, token) =>
            {
                await OpenOnAsync(live, token);
                using var answer = await live.AskAsync([Requests.QueryFile(_handle)], token);
                var now = Replies.QueryFile(answer.Expect(0, "the open file cannot be looked at"));

                // What does not tell its number when it is opened has none that could be compared.
                return now with { FileId = _opened.FileId == 0 ? 0 : now.FileId };
            },
            cancellation);
    }

    /// <param name="offset">In bytes from the beginning. Where it goes on from the last read, what follows is under way.</param>
    /// <returns>Bytes read; 0 only at the end of the file.</returns>
    /// <exception cref="SmbException"><see cref="SmbFailure.Changed"/>: another connection found another file.</exception>
    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (buffer.IsEmpty)
        {
            return 0;
        }

        var fromHead = CopyHead(offset, buffer);
        if (_isWhole || fromHead > 0)
        {
            return fromHead;
        }

        return await _share.RunAsync(
            async (live, token) =>
            {
                await OpenOnAsync(live, token);
                return await _ahead.ReadAsync(live, _handle, _opened.SizeBytes, offset, buffer, token);
            },
            cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        _ahead.Drop();
        _head?.Dispose();
        if (Interlocked.Exchange(ref _live, null) is { Link.IsAlive: true } live)
        {
            live.Link.CloseLater(_handle);
        }
    }

    internal Task OpenAsync(CancellationToken cancellation) => _share.RunAsync(
        async (live, token) =>
        {
            var answer = await live.AskAsync(
                [
                    Requests.Create(_path, SmbAccess.Read, CreateOptions.NotDirectory | CreateOptions.Sequential),
                    Requests.Read(SmbHandle.OfCompound, 0, Math.Min(SmbShare.SmallFileBytes, live.Info.ReadBytes)),
                    Requests.Close(SmbHandle.OfCompound, looks: true),
                ],
                token);
            try
            {
                TakeHead(answer);
            }
            catch
            {
                answer.Dispose();
                throw;
            }

            if (!_isWhole)
            {
                await OpenOnAsync(live, token);
            }

            return true;
        },
        cancellation);

    private void TakeHead(Answer answer)
    {
        Replies.Create(answer.Expect(0, "the file cannot be opened"), out _opened);
        if (_opened.IsReparsePoint)
        {
            throw new SmbException(SmbFailure.WrongKind, "the file is a link now");
        }

        var read = answer.Status(1) == NtStatus.EndOfFile
            ? 0
            : Replies.Read(answer.Expect(1, "the file cannot be read")).Length;
        _closed = answer.Status(2) == NtStatus.Success ? Replies.Close(answer.Message(2), _opened) : null;

        // Where the file system keeps no time of creation servers make one up, of the last access among others, which our
        // read has moved: what counts is what it is after a read.
        _opened = _opened with { Created = _closed?.Created ?? _opened.Created };
        _isWhole = read >= _opened.SizeBytes;
        _head?.Dispose();
        _head = answer;
    }

    private int CopyHead(long offset, Memory<byte> buffer)
    {
        if (_head is null || _head.Status(1) == NtStatus.EndOfFile)
        {
            return 0;
        }

        var data = Replies.Read(_head.Message(1));
        if (offset >= data.Length)
        {
            return 0;
        }

        var length = (int)Math.Min(buffer.Length, data.Length - offset);
        data.Slice((int)offset, length).CopyTo(buffer.Span);
        return length;
    }

    /// <summary>Has the file open on this link; on another than before only if it is what it was.</summary>
    private async Task OpenOnAsync(LiveLink live, CancellationToken cancellation)
    {
        if (ReferenceEquals(_live, live))
        {
            return;
        }

        _ahead.Drop();
        using var answer = await live.AskAsync(
            [Requests.Create(_path, SmbAccess.Read, CreateOptions.NotDirectory | CreateOptions.Sequential)], cancellation);
        var handle = Replies.Create(answer.Expect(0, "the file cannot be opened"), out var now);
        if (!now.SameStampAs(_opened))
        {
            live.Link.CloseLater(handle);
            throw new SmbException(SmbFailure.Changed, "the file is not what it was when it was opened");
        }

        (_live, _handle) = (live, handle);
    }
}
