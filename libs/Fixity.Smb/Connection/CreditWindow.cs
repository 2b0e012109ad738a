namespace Fixity.Smb.Connection;

/// <summary>What the server still allows us to ask (MS-SMB2 3.2.4.1.2): whoever asks more waits in line.</summary>
internal sealed class CreditWindow
{
    /// <summary>So many are asked for: enough for 16 reads of 1 MiB and 16 small files beside them.</summary>
    public const int Wanted = 512;

    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private int _available = 1;
    private int _inFlight;
    private Exception? _end;

    /// <summary>Takes credits: all that are wanted, or fewer if no answer is under way that could bring more.</summary>
    /// <returns>How many; 0: not even the least are to be had.</returns>
    public async ValueTask<int> TakeAsync(int least, int wanted, CancellationToken cancellation)
    {
        LinkedListNode<Waiter> node;
        lock (_lock)
        {
            Throw();
            if (_waiters.Count == 0 && TryTake(least, wanted, out var taken))
            {
                return taken;
            }

            node = _waiters.AddLast(new Waiter(least, wanted));
        }

        try
        {
            return await node.Value.Taken.Task.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            Leave(node);
            throw;
        }
    }

    /// <summary>How many to ask for beyond those that the next request costs.</summary>
    public int Missing
    {
        get
        {
            lock (_lock)
            {
                return Math.Max(0, Wanted - _available - _inFlight);
            }
        }
    }

    /// <summary>An answer came, an interim one with no charge of its own.</summary>
    public void Return(int charge, int granted)
    {
        lock (_lock)
        {
            _inFlight -= charge;
            _available += granted;
            Serve();
        }
    }

    public void End(Exception end)
    {
        List<Waiter> waiters;
        lock (_lock)
        {
            _end ??= end;
            waiters = [.. _waiters];
            _waiters.Clear();
        }

        waiters.ForEach(waiter => waiter.Taken.TrySetException(end));
    }

    private void Serve()
    {
        while (_waiters.First is { } first && TryTake(first.Value.Least, first.Value.Wanted, out var taken))
        {
            _waiters.RemoveFirst();
            first.Value.Taken.TrySetResult(taken);
        }
    }

    private bool TryTake(int least, int wanted, out int taken)
    {
        taken = _available >= wanted ? wanted
            : _inFlight > 0 ? 0
            : _available >= least ? _available
            : 0;
        if (taken == 0)
        {
            // Nothing is under way that could bring more: waiting would be for ever.
            return _inFlight == 0;
        }

        _available -= taken;
        _inFlight += taken;
        return true;
    }

    private void Leave(LinkedListNode<Waiter> node)
    {
        lock (_lock)
        {
            if (node.List is not null)
            {
                _waiters.Remove(node);
            }
            else if (node.Value.Taken.Task is { IsCompletedSuccessfully: true } taken)
            {
#pragma warning disable CA1849 // It is completed.
                _available += taken.Result;
                _inFlight -= taken.Result;
#pragma warning restore CA1849
            }

            Serve();
        }
    }

    private void Throw()
    {
        if (_end is not null)
        {
            throw _end;
        }
    }

    private sealed record Waiter(int Least, int Wanted)
    {
        public TaskCompletionSource<int> Taken { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
