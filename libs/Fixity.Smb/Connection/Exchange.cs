using Fixity.Smb.Transport;
using Fixity.Smb.Wire;

namespace Fixity.Smb.Connection;

/// <summary>One answer: a slice of the frame that it came in.</summary>
internal readonly struct Reply(Frame frame, int offset, int length)
{
    public ReadOnlySpan<byte> Message => frame.Bytes.Slice(offset, length);

    public uint Status => SmbHeader.Status(Message);

    public void Release() => frame.Release();

    /// <summary>The same once more, to be released once more.</summary>
    public Reply Again()
    {
        frame.Hold();
        return this;
    }
}

/// <summary>The answers to a chain of requests, part by part. To be disposed of: frames are used again.</summary>
internal sealed class Answer(Reply[] replies) : IDisposable
{
    private int _released;

    public int Count => replies.Length;

    public uint Status(int part) => replies[part].Status;

    public ReadOnlySpan<byte> Message(int part) => replies[part].Message;

    /// <summary>One part alone; what it came with stays with this.</summary>
    public Reply Part(int part) => replies[part];

    /// <summary>The message, if it carries what was asked for.</summary>
    /// <exception cref="SmbException">The server's status is an error.</exception>
    public ReadOnlySpan<byte> Expect(int part, string what)
    {
        var status = Status(part);
        return status == NtStatus.Success || status == NtStatus.BufferOverflow
            ? Message(part)
            : throw new SmbException(NtStatus.FailureOf(status), $"{what}: {NtStatus.Text(status)}", status);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            Array.ForEach(replies, reply => reply.Release());
        }
    }
}

/// <summary>A chain of requests that was sent and waits for its answers.</summary>
internal sealed class Exchange(SmbRequest[] chain, bool isEncrypted, bool mustBeSigned)
{
    private readonly TaskCompletionSource<Answer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Reply[] _replies = new Reply[chain.Length];
    private int _missing = chain.Length;

    public SmbRequest[] Chain { get; } = chain;

    public bool IsEncrypted { get; } = isEncrypted;

    public bool MustBeSigned { get; } = mustBeSigned;

    public ulong FirstMessageId { get; set; }

    /// <summary>Where the server will look for a CANCEL, once it said that the answer takes longer.</summary>
    public ulong AsyncId { get; set; }

    public Task<Answer> Answer => _answer.Task;

    public bool IsWaiting => _missing > 0;

    /// <summary>Each part once: who calls takes it off the list of those that are waited for.</summary>
    public void Take(int part, Reply reply)
    {
        _replies[part] = reply;
        if (--_missing == 0)
        {
            _answer.TrySetResult(new Answer(_replies));
        }
    }

    public void Fail(Exception failure)
    {
        _answer.TrySetException(failure);

        // Its reader may have left already.
        _ = _answer.Task.Exception;
    }
}
