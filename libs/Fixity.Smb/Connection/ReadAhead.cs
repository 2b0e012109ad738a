using Fixity.Smb.Wire;

namespace Fixity.Smb.Connection;

/// <summary>Reads of one file that are under way before they are asked for, in the order of their offsets.</summary>
/// <param name="allowance">What all files of the share may have ahead together; the first read needs none of it.</param>
internal sealed class ReadAhead(SmbOptions options, SemaphoreSlim allowance, CancellationToken left)
{
    private readonly Queue<Chunk> _chunks = new();
    private long _next;

    /// <summary>Copies what is there at the offset, and keeps the line of reads behind it full.</summary>
    public async Task<int> ReadAsync(
        LiveLink live, SmbHandle handle, long size, long offset, Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            Begin(offset);
            Fill(live, handle, size);
            return Copy(_chunks.Peek(), await _chunks.Peek().Answer.WaitAsync(cancellation), offset, buffer);
        }
        catch (SmbException)
        {
            Drop();
            throw;
        }
    }

    /// <summary>Forgets all that is under way.</summary>
    public void Drop()
    {
        while (_chunks.TryDequeue(out var chunk))
        {
            Leave(chunk);
        }
    }

    private void Begin(long offset)
    {
        if (!_chunks.TryPeek(out var first) || !first.Holds(offset))
        {
            if (first is not null && first.End == offset)
            {
                Leave(_chunks.Dequeue());
            }
            else
            {
                Drop();
                _next = offset;
            }
        }
    }

    private int Copy(Chunk chunk, Answer answer, long offset, Memory<byte> buffer)
    {
        if (answer.Status(0) == NtStatus.EndOfFile)
        {
            Drop();
            return 0;
        }

        var data = Replies.Read(answer.Expect(0, "the file cannot be read"));
        if (data.Length < chunk.Length)
        {
            // Less than was asked for: what is under way behind it does not join on.
            CutBehind(chunk, data.Length);
        }

        var at = (int)(offset - chunk.Offset);
        if (at >= data.Length)
        {
            return 0;
        }

        var length = Math.Min(buffer.Length, data.Length - at);
        data.Slice(at, length).CopyTo(buffer.Span);
        return length;
    }

    private void Fill(LiveLink live, SmbHandle handle, long size)
    {
        // Behind the end that is known one more read tells whether it is the end still.
        while (_chunks.Count == 0 || (_next < size && _chunks.Count < options.ReadsInFlight && allowance.Wait(0, left)))
        {
            var length = (int)Math.Clamp(size - _next, 1, live.Info.ReadBytes);
            var request = Requests.Read(handle, _next, length);
            _chunks.Enqueue(new Chunk(_next, length, live.AskAsync([request], left), HasAllowance: _chunks.Count > 0));
            _next += length;
        }
    }

    private void CutBehind(Chunk chunk, int length)
    {
        _chunks.Dequeue();
        Drop();
        _chunks.Enqueue(chunk with { Length = length });
        _next = chunk.Offset + length;
    }

    private void Leave(Chunk chunk)
    {
        if (chunk.HasAllowance)
        {
            allowance.Release();
        }

        _ = ReleaseAsync(chunk.Answer);
    }

    private static async Task ReleaseAsync(Task<Answer> leaving)
    {
        // Not awaited by name: what failed or was cancelled has nothing to give back, and its reader was told.
        await ((Task)leaving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (leaving.IsCompletedSuccessfully)
        {
            (await leaving).Dispose();
        }
    }

    private sealed record Chunk(long Offset, int Length, Task<Answer> Answer, bool HasAllowance)
    {
        public long End => Offset + Length;

        public bool Holds(long offset) => offset >= Offset && offset < End;
    }
}
