using Fixity.Smb.Transport;
using Fixity.Smb.Wire;

namespace Fixity.Smb.Connection;

/// <summary>One connection that many requests share: numbers, signs, sends, and gives each answer to who waits for it.</summary>
/// <remarks>It ends with its first failure, and everybody who waits is told; another link takes its place.</remarks>
internal sealed class SmbLink : IAsyncDisposable
{
    private const int FirstFrameBytes = 64 * 1024;

    private readonly ISmbTransport _transport;
    private readonly SmbOptions _options;
#pragma warning disable CA2213 // It has no timer, and who closes a handle late still asks it.
    private readonly CancellationTokenSource _stop = new();
#pragma warning restore CA2213
    private readonly Outbox _outbox;
    private readonly CreditWindow _credits = new();
    private readonly Dictionary<ulong, (Exchange Exchange, int Part)> _waiting = [];
    private readonly FrameReader _frames;
    private readonly IdleWatch _watch;
    private readonly Task _receiving;
    private Inspector _inspector = Inspector.None;
    private ulong _nextMessageId;
    private SmbException? _failure;

    public SmbLink(ISmbTransport transport, SmbOptions options)
    {
        (_transport, _options) = (transport, options);
        _outbox = new Outbox(transport, Fail, _stop.Token);
        _frames = new FrameReader(transport, new FramePool(options.ReadBytes + 4096)) { MaxFrameBytes = FirstFrameBytes };
        _watch = new IdleWatch(
            options.IoTimeout, options.Clock, IsWaiting, () => _frames.ReceivedBytes, TimeOut,
            silent: () => _ = Heartbeat.AskAsync(this, _stop.Token));
        _receiving = ReceiveAsync();
    }

    public ulong SessionId { get; set; }

    public uint TreeId { get; set; }

    /// <summary>Gathers what the keys of 3.1.1 depend on, until they are made.</summary>
    public PreauthHash? Preauth { get; set; }

    /// <summary>Why it ended; null: it did not.</summary>
    public SmbException? Failure => Volatile.Read(ref _failure);

    public bool IsAlive => Failure is null;

    /// <summary>From now on answers may be as long as reads are.</summary>
    public void AllowLongFrames() => _frames.MaxFrameBytes = Math.Max(_options.ReadBytes, 1024 * 1024) + FirstFrameBytes;

    /// <summary>From now on this protects what is sent and checks what comes.</summary>
    public void Protect(Inspector inspector) => _inspector = inspector;

    /// <summary>Sends a chain of requests in one go, and waits for all of its answers.</summary>
    /// <param name="sign">Signs, and wants it signed, also where the session does not.</param>
    /// <exception cref="SmbException">The connection is lost. An error of the server's is in the answer.</exception>
    public async Task<Answer> AskAsync(SmbRequest[] chain, CancellationToken cancellation, bool sign = false)
    {
        var wanted = chain.Sum(request => request.Charge);
        var taken = await _credits.TakeAsync(chain.Length, wanted, cancellation);
        if (taken == 0)
        {
            return chain.Length > 1
                ? await Stepwise.AskAsync(this, chain, cancellation)
                : throw Fail(new SmbException(SmbFailure.ServerBusy, "the server lets us ask nothing more"));
        }

        var exchange = Send(Stepwise.Fit(chain, taken), sign);
        try
        {
            return await exchange.Answer.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            Abandon(exchange);
            throw;
        }
    }

    /// <summary>Closes a handle, without waiting for the answer.</summary>
    public void CloseLater(SmbHandle handle) => _ = Leftovers.CloseAsync(this, handle, _stop.Token);

    /// <summary>Takes leave of the server, if that does not take long.</summary>
    public async ValueTask DisposeAsync()
    {
        if (IsAlive && SessionId != 0)
        {
            await Farewell.SayAsync(this, _options.Clock);
        }

        Fail(new SmbException(SmbFailure.ConnectionLost, "the connection was closed"));
        await _transport.DisposeAsync();
        await _receiving;
        lock (_outbox.Lock)
        {
            _inspector.Dispose();
        }
    }

    /// <summary>Ends the link. Only the first reason counts.</summary>
    public SmbException Fail(SmbException failure)
    {
        List<Exchange> waiting;
        lock (_outbox.Lock)
        {
            if (_failure is { } first)
            {
                return first;
            }

            _failure = failure;
            waiting = [.. _waiting.Values.Select(entry => entry.Exchange).Distinct()];
            _waiting.Clear();
        }

        _watch.Dispose();
        _credits.End(failure);
        waiting.ForEach(exchange => exchange.Fail(new SmbException(failure.Failure, failure.Message, failure.Status, failure)));
        _stop.Cancel();
        _ = _transport.DisposeAsync().AsTask();
        return failure;
    }

    internal void Fail(Exception failure) => Fail(failure as SmbException
        ?? new SmbException(SmbFailure.ConnectionLost, $"the connection broke: {failure.Message}", cause: failure));

    private Exchange Send(SmbRequest[] chain, bool sign)
    {
        var inspector = _inspector;
        var exchange = new Exchange(chain, inspector.Encrypts, sign || inspector.Signs);
        lock (_outbox.Lock)
        {
            if (_failure is { } failure)
            {
                throw new SmbException(failure.Failure, failure.Message, failure.Status, failure);
            }

            exchange.FirstMessageId = _nextMessageId;
            Write(exchange, _credits.Missing);
        }

        _outbox.Flush();
        return exchange;
    }

    private void Write(Exchange exchange, int credits)
    {
        var chain = exchange.Chain;
        var room = exchange.IsEncrypted ? TransformHeader.Bytes : 0;
        var frame = _outbox.Add(room + Compounds.Bytes(chain));
        var messages = frame[room..];
        for (var part = 0; part < chain.Length; part++)
        {
            var request = chain[part];
            var message = part == chain.Length - 1 ? messages : messages[..Compounds.Padded(request)];
            message.Clear();
            var asked = request.Charge + (part == 0 ? credits : 0);
            SmbHeader.Write(message, request.Command, request.Charge, asked, _nextMessageId, TreeId, SessionId);
            SmbHeader.SetNext(message, part == chain.Length - 1 ? 0 : message.Length);
            SmbHeader.SetFlags(message, part == 0 ? HeaderFlags.None : HeaderFlags.Related);
            request.Body.CopyTo(message[SmbHeader.Bytes..]);
            _inspector.Sign(message, exchange);
            _waiting.Add(_nextMessageId, (exchange, part));
            _nextMessageId += (ulong)request.Charge;
            messages = messages[message.Length..];
        }

        Preauth?.Append(frame);
        _inspector.Seal(frame, exchange);
    }

    /// <summary>Nobody waits any more: the server is told, and what it opened all the same is closed.</summary>
    private void Abandon(Exchange exchange)
    {
        lock (_outbox.Lock)
        {
            if (_failure is null && exchange.IsWaiting && exchange.Chain.Length == 1)
            {
                var cancel = Requests.Bare(SmbCommand.Cancel);
                var room = exchange.IsEncrypted ? TransformHeader.Bytes : 0;
                var frame = _outbox.Add(room + SmbHeader.Bytes + cancel.Body.Length);
                var message = frame[room..];
                SmbHeader.Write(message, SmbCommand.Cancel, 0, 0, exchange.FirstMessageId, TreeId, SessionId);
                if (exchange.AsyncId != 0)
                {
                    SmbHeader.SetAsyncId(message, exchange.AsyncId);
                }

                cancel.Body.CopyTo(message[SmbHeader.Bytes..]);
                _inspector.Sign(message, exchange);
                _inspector.Seal(frame, exchange);
            }
        }

        _outbox.Flush();
        _ = Leftovers.CleanUpAsync(this, exchange);
    }

    private async Task ReceiveAsync()
    {
        try
        {
            while (await _frames.NextAsync(_stop.Token) is { } frame)
            {
                Dispatch(frame);
                frame.Release();
            }

            Fail(new SmbException(SmbFailure.ConnectionLost, "the server closed the connection"));
        }
#pragma warning disable CA1031 // Not swallowed: it ends the link, and everybody who waits on it is told.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Fail(failure);
        }
    }

    private void Dispatch(Frame frame)
    {
        var inspector = _inspector;
        var isEncrypted = TransformHeader.IsOne(frame.Bytes);
        if (isEncrypted)
        {
            inspector.Open(frame.Bytes);
        }

        for (var at = isEncrypted ? TransformHeader.Bytes : 0; at < frame.Length;)
        {
            var length = Compounds.FirstBytes(frame.Bytes[at..]);
            Take(frame, at, length, isEncrypted, inspector);
            at += length;
        }
    }

    private void Take(Frame frame, int at, int length, bool isEncrypted, Inspector inspector)
    {
        var message = frame.Bytes.Slice(at, length);
        var id = SmbHeader.MessageId(message);
        if (id == SmbHeader.Unsolicited)
        {
            return; // A broken oplock: we have none.
        }

        var isInterim = SmbHeader.Status(message) == NtStatus.Pending && SmbHeader.Flags(message).HasFlag(HeaderFlags.Async);
        var credits = SmbHeader.Credits(message);
        (Exchange Exchange, int Part) waiting;
        lock (_outbox.Lock)
        {
            if (!_waiting.TryGetValue(id, out waiting))
            {
                throw new SmbException(SmbFailure.Protocol, "the server answers what nobody asked");
            }
        }

        // Outside of the lock: over a large answer it takes its time.
        inspector.Check(message, waiting.Exchange, isEncrypted, isInterim);
        lock (_outbox.Lock)
        {
            if (isInterim)
            {
                waiting.Exchange.AsyncId = SmbHeader.AsyncId(message);
            }
            else if (_waiting.Remove(id))
            {
                frame.Hold();
                waiting.Exchange.Take(waiting.Part, new Reply(frame, at, length));
            }
        }

        _credits.Return(isInterim ? 0 : waiting.Exchange.Chain[waiting.Part].Charge, credits);
    }

    private bool IsWaiting()
    {
        lock (_outbox.Lock)
        {
            return _waiting.Count > 0;
        }
    }

    private void TimeOut() => Fail(
        new SmbException(SmbFailure.TimedOut, $"not one byte came within {_options.IoTimeout.TotalSeconds:0.#} s"));
}
