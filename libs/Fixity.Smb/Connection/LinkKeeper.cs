using Fixity.Smb.Wire;

namespace Fixity.Smb.Connection;

/// <summary>A link that is ready to read, and what it was agreed to be.</summary>
internal sealed record LiveLink(SmbLink Link, SmbConnectionInfo Info)
{
    public async Task<Answer> AskAsync(SmbRequest[] chain, CancellationToken cancellation)
    {
        var answer = await Link.AskAsync(chain, cancellation);
        if (chain[^1].Command == SmbCommand.Close)
        {
            Leftovers.CloseWhatStayedOpen(Link, chain, answer);
        }

        return answer;
    }
}

/// <summary>Keeps one link to the share, makes another when it is lost, and knows when to stop trying.</summary>
internal sealed class LinkKeeper(SmbOptions options) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

#pragma warning disable CA2213 // It holds no handle, and who waits for it is still to be told that all is over.
    private readonly SemaphoreSlim _turn = new(1);
#pragma warning restore CA2213
    private readonly Lock _lock = new();
    private LiveLink? _live;
    private SmbException? _refused;
    private SmbException? _lastFailure;
    private long _attempts;
    private long? _lostSince;
    private bool _wasConnected;
    private bool _isDisposed;

    /// <summary>Does the work on a link, and again from its beginning on another when the link is lost.</summary>
    public async Task<T> RunAsync<T>(Func<LiveLink, CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        long? troubleSince = null;
        for (var pause = FirstPause; ; pause = pause < LongestPause ? pause * 2 : LongestPause)
        {
            LiveLink? link = null;
            try
            {
                link = await GetAsync(cancellation);
                var result = await work(link, cancellation);
                _lostSince = null;
                return result;
            }
            catch (SmbException failure) when (!failure.Failure.IsTransient())
            {
                Retire(link, failure);
                throw;
            }
            catch (SmbException failure)
            {
                var now = options.Clock.GetTimestamp();
                troubleSince ??= now;
                var lostSince = _lostSince ??= now;
                Retire(link, failure);

                // Who comes when all has been lost for long has one attempt; who has trouble alone has the time once.
                if (IsOver(troubleSince.Value) || IsOver(lostSince))
                {
                    throw;
                }
            }

            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), options.Clock, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        _isDisposed = true;
        if (_live is { } live)
        {
            await live.Link.DisposeAsync();
        }

        _turn.Release();
    }

    private bool IsOver(long since) => options.Clock.GetElapsedTime(since) >= options.ReconnectFor;

    /// <summary>Nobody gets this link any more, if it is the link that failed and not the server that is short of room.</summary>
    private void Retire(LiveLink? link, SmbException failure)
    {
        lock (_lock)
        {
            if (link is not null && ReferenceEquals(_live, link)
                && (!link.Link.IsAlive || (failure.Failure.IsTransient() && failure.Failure != SmbFailure.ServerBusy)))
            {
                _live = null;
                _ = link.Link.DisposeAsync().AsTask();
            }
        }
    }

    private async Task<LiveLink> GetAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref _live) is { Link.IsAlive: true } live)
        {
            return live;
        }

        var attempts = Volatile.Read(ref _attempts);
        await _turn.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (Volatile.Read(ref _live) is { Link.IsAlive: true } made)
            {
                return made;
            }

            // One attempt answers all who waited for it.
            var known = _refused ?? (attempts != _attempts ? _lastFailure : null);
            return known is null
                ? await ConnectAsync(cancellation)
                : throw new SmbException(known.Failure, known.Message, known.Status, known);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<LiveLink> ConnectAsync(CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _live, null) is { } dead)
        {
            await dead.Link.DisposeAsync();
            if (dead.Link.Failure is { Failure: SmbFailure.Tampered } tampered)
            {
                // Found out between two calls, with nobody waiting: somebody must hear of it all the same.
                throw new SmbException(tampered.Failure, tampered.Message, cause: tampered);
            }
        }

        try
        {
            var (link, info) = await Handshake.OpenAsync(options, cancellation);
            _wasConnected = true;
            return _live = new LiveLink(link, info);
        }
        catch (SmbException failure)
        {
            // What was a server of SMB a moment ago is one that starts or stops.
            var met = failure.Failure == SmbFailure.NotSmb && _wasConnected
                ? new SmbException(SmbFailure.ConnectionLost, failure.Message, failure.Status, failure)
                : failure;
            _lastFailure = met;
            _attempts++;
            _refused = met.Failure is SmbFailure.LoginRefused or SmbFailure.GuestRefused ? met : null;
            if (ReferenceEquals(met, failure))
            {
                throw;
            }

            throw met;
        }
    }
}
